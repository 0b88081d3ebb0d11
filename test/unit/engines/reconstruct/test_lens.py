"""Focal lengths by EXIF, and which photographs share a camera because of EXIF."""

import math
import unittest
from dataclasses import replace

from reconstruct.lens import Focal, Lens, agree_on_focal, group_cameras, read_focal
from reconstruct.photos import Photo

PHONE = Lens(make="Apple", model="iPhone 12 Pro", lens="back camera 4.2mm f/1.6", focal_length=4.2, equivalent=26)


class ReadFocal(unittest.TestCase):
    def test_equivalent_focal_length_refers_to_the_diagonal_of_the_film(self) -> None:
        # ARKit reports 3023 to 3036 pixels for this camera.
        self.assertAlmostEqual(read_focal(PHONE, 4032, 3024).px or 0, 3028, delta=5)
        self.assertAlmostEqual(read_focal(Lens(equivalent=50), 6000, 4000).px or 0, 6000 * 50 / 36, delta=1)

    def test_implausible_values_are_dropped_and_named(self) -> None:
        for lens in (
            Lens(equivalent=1),
            Lens(equivalent=500),
            Lens(equivalent=-35),
            Lens(equivalent=math.nan),
            Lens(equivalent=math.inf),
            Lens(focal_length=4.2, equivalent=300),
            Lens(focal_length=50, equivalent=10),
            Lens(focal_length=0),
            Lens(focal_length=-5),
            Lens(focal_length=math.nan),
        ):
            with self.subTest(lens=lens):
                focal = read_focal(lens, 800, 600)
                self.assertIsNone(focal.px)
                self.assertIsNotNone(focal.dropped)

    def test_plausible_values_are_kept(self) -> None:
        for lens in (
            Lens(equivalent=8),
            Lens(focal_length=3, equivalent=15),
            Lens(focal_length=80, equivalent=50),
            Lens(focal_length=6.8, equivalent=300, zoom=10),
            Lens(focal_length=200, equivalent=300),
            Lens(focal_length=math.nan, equivalent=35),
            Lens(focal_length=0, equivalent=35),
        ):
            with self.subTest(lens=lens):
                self.assertIsNotNone(read_focal(lens, 4000, 3000).px)

    def test_zero_is_unknown_as_in_exif(self) -> None:
        self.assertEqual(read_focal(Lens(equivalent=0), 800, 600), Focal())

    def test_inferred_focal_length_counts_without_an_equivalent_one(self) -> None:
        self.assertEqual(read_focal(Lens(focal_length=5), 800, 600, 700), Focal(700))
        self.assertEqual(read_focal(Lens(focal_length=5, zoom=2), 800, 600, 700), Focal(1400))
        self.assertEqual(read_focal(Lens(focal_length=5), 800, 600), Focal())
        self.assertEqual(read_focal(Lens(focal_length=5000), 800, 600, 90_000), Focal(dropped="5000 mm"))


def cameras(*photos: Photo) -> list[int]:
    return group_cameras(photos, [read_focal(each.lens, each.width, each.height) for each in photos])


class GroupCameras(unittest.TestCase):
    photo = Photo(0, "a.jpg", "00000.jpg", PHONE, 800, 600)

    def second(self, **changes: object) -> Photo:
        return replace(self.photo, index=1, file="00001.jpg", lens=replace(PHONE, **changes))

    def test_photographs_of_one_lens_share_a_camera(self) -> None:
        self.assertEqual(cameras(self.photo, self.second()), [0, 0])
        self.assertEqual(cameras(self.photo, self.second(zoom=1)), [0, 0])

    def test_any_difference_separates_them(self) -> None:
        for changes in (
            {"make": "Other"},
            {"model": "iPhone 13"},
            {"lens": "back camera 6mm"},
            {"focal_length": 5.7},
            {"equivalent": 52},
            {"zoom": 2.0},
        ):
            with self.subTest(changes=changes):
                self.assertEqual(cameras(self.photo, self.second(**changes)), [0, 1])
        self.assertEqual(cameras(self.photo, replace(self.second(), width=600, height=800)), [0, 1])

    def test_missing_data_is_no_agreement(self) -> None:
        for lens in (Lens(), replace(PHONE, make=None), replace(PHONE, model=None), Lens("Apple", "iPhone 12 Pro"), Lens(equivalent=26)):
            with self.subTest(lens=lens):
                first, second = replace(self.photo, lens=lens), replace(self.photo, index=1, lens=lens)
                self.assertEqual(cameras(first, second), [0, 1])

    def test_implausible_focal_lengths_are_no_agreement(self) -> None:
        lens = replace(PHONE, equivalent=1)
        self.assertEqual(cameras(replace(self.photo, lens=lens), replace(self.photo, index=1, lens=lens)), [0, 1])


class AgreeOnFocal(unittest.TestCase):
    def test_the_photographs_of_a_camera_have_one_focal_length(self) -> None:
        self.assertEqual(agree_on_focal([3028, 3028]), 3028)
        self.assertEqual(agree_on_focal([3028, 3030]), 3028)

    def test_otherwise_that_of_the_camera_is_unknown(self) -> None:
        for focals in ([], [None], [3028, None], [None, 3028], [3028, 1500]):
            with self.subTest(focals=focals):
                self.assertIsNone(agree_on_focal(focals))


if __name__ == "__main__":
    unittest.main()
