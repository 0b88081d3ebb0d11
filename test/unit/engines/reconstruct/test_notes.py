"""Warnings about doubtful models."""

import unittest

from test_attempt import SAME, attempt

from reconstruct import notes
from reconstruct.lens import Focal, Lens
from reconstruct.photos import Photo

NAMES = {f"{number:05}.jpg": f"photo {number}" for number in range(12)}


def codes(warnings: list[dict[str, str]]) -> list[str]:
    return [warning["code"] for warning in warnings]


class Notes(unittest.TestCase):
    def test_a_good_model_has_none(self) -> None:
        self.assertEqual(notes.describe_cameras(attempt(0.22, SAME, expected=809), NAMES, 4.0), [])
        self.assertEqual(notes.describe_unseen(3000, 20_000), [])
        self.assertEqual(notes.describe_sets([]), [])
        self.assertEqual(notes.describe_static_background(False), [])

    def test_a_focal_length_that_differs_from_exif(self) -> None:
        (warning,) = notes.describe_cameras(attempt(0.22, [176.0] * 12, expected=778), NAMES, 4.0)
        self.assertEqual(warning["code"], "focal_length_differs")
        self.assertRegex(warning["message"], "176 pixels instead of 778 for photo 0.*photo 4 and 7 more")

    def test_photographs_that_were_not_placed(self) -> None:
        (some,) = notes.describe_cameras(attempt(0.22, SAME[:10]), NAMES, 4.0)
        self.assertEqual(some["code"], "not_registered")
        self.assertRegex(some["message"], "2 of 12.*photo 10, photo 11")
        (most,) = notes.describe_cameras(attempt(0.22, SAME[:5]), NAMES, 4.0)
        self.assertEqual(most["code"], "few_registered")

    def test_low_overlap_and_contradictions(self) -> None:
        self.assertEqual(codes(notes.describe_cameras(attempt(1.5, SAME), NAMES, 2.2)), ["low_overlap", "high_reprojection_error"])

    def test_faces_without_photographs(self) -> None:
        (warning,) = notes.describe_unseen(8200, 20_000)
        self.assertEqual(warning["code"], "faces_without_photograph")
        self.assertIn("41%", warning["message"])

    def test_other_sets_are_named(self) -> None:
        warnings = notes.describe_sets([["a", "b", "c"], ["d", "e", "f"]])
        self.assertEqual(codes(warnings), ["disconnected_set"] * 2)
        self.assertIn("d, e, f", warnings[1]["message"])

    def test_dropped_focal_lengths_are_named_once(self) -> None:
        photos = [Photo(number, f"{number}.jpg", "", Lens(), 800, 600) for number in range(3)]
        focals = [Focal(dropped="1 mm"), Focal(dropped="1 mm"), Focal(777)]
        (warning,) = notes.describe_dropped_focals(photos, focals)
        self.assertRegex(warning["message"], "1 mm.*0.jpg, 1.jpg")


if __name__ == "__main__":
    unittest.main()
