"""Comparison of attempts to estimate the cameras. The figures are from runs on the rendered scene."""

import unittest
from types import SimpleNamespace

from reconstruct.attempt import Attempt, Recovered, choose, find_lenses


def attempt(error: float, focals: list[float], photos: int = 12, shared: bool = False, expected: float | None = None) -> Attempt:
    known = {f"{number:05}.jpg": SimpleNamespace() for number in range(photos)}
    recovered = [
        Recovered(f"{number:05}.jpg", 1 if shared else number, 800, 600, focal, expected) for number, focal in enumerate(focals)
    ]
    return Attempt(known, error, recovered)


MIXED = [775.3, 533.3, 778.2, 533.8, 778.5, 533.1, 776.7, 532.7, 776.7, 532.7, 777.6, 533.1]
SAME = [775.8, 777.1, 777.8, 778.3, 778.5, 778.1, 777.0, 777.1, 777.6, 777.1, 778.2, 778.6]


class Choose(unittest.TestCase):
    def test_a_shared_camera_for_two_lenses_loses_by_its_error(self) -> None:
        separate = attempt(0.214, MIXED)
        self.assertIs(choose([separate, attempt(0.851, [907.4] * 12, shared=True)]), separate)

    def test_it_loses_even_if_it_places_more_photographs(self) -> None:
        separate = attempt(0.214, MIXED[:11])
        self.assertIs(choose([separate, attempt(0.851, [907.4] * 12, shared=True)]), separate)

    def test_a_shared_camera_for_one_lens_wins(self) -> None:
        shared = attempt(0.216, [777.5] * 12, shared=True)
        self.assertIs(choose([attempt(0.210, SAME), shared]), shared)

    def test_more_photographs_win(self) -> None:
        more = attempt(0.24, SAME)
        self.assertIs(choose([attempt(0.21, SAME[:10], shared=True), more]), more)

    def test_few_photographs_do_not_win_by_a_low_error(self) -> None:
        most = attempt(0.5, SAME)
        self.assertIs(choose([attempt(0.1, SAME[:3]), most, attempt(0, [])]), most)

    def test_agreement_with_exif_wins(self) -> None:
        agreeing = attempt(0.22, SAME, expected=800)
        self.assertIs(choose([attempt(0.22, [176.0] * 12, shared=True, expected=778), agreeing]), agreeing)

    def test_without_any_result_there_is_none(self) -> None:
        self.assertEqual(choose([attempt(0, []), attempt(0, [])]).registered, 0)


class IsSound(unittest.TestCase):
    def test_complete_consistent_results_are_sound(self) -> None:
        self.assertTrue(attempt(0.22, MIXED).is_sound)
        self.assertTrue(attempt(0.22, SAME, expected=809).is_sound)

    def test_doubtful_results_are_not(self) -> None:
        for doubtful in (
            attempt(0, []),
            attempt(0.22, SAME[:11]),
            attempt(0.9, SAME),
            attempt(0.22, SAME, expected=176),
            attempt(0.22, [500.0 + 40 * number for number in range(12)]),
        ):
            with self.subTest(doubtful=doubtful):
                self.assertFalse(doubtful.is_sound)


class FindLenses(unittest.TestCase):
    def test_two_lenses_are_told_apart(self) -> None:
        lenses = find_lenses(attempt(0.214, MIXED).recovered, 0.03)
        self.assertEqual([sorted({each.camera % 2 for each in lens}) for lens in lenses], [[1], [0]])

    def test_a_larger_tolerance_takes_inaccurate_ones(self) -> None:
        recovered = attempt(0.19, [493.1, 468.5, 468.5, 468.5], photos=4).recovered
        self.assertEqual([len(find_lenses(recovered, tolerance)) for tolerance in (0.03, 0.12)], [2, 1])

    def test_sizes_are_told_apart(self) -> None:
        sizes = [Recovered("a", 0, 800, 600, 778, None), Recovered("b", 1, 600, 800, 778, None)]
        self.assertEqual(len(find_lenses(sizes, 0.03)), 2)


if __name__ == "__main__":
    unittest.main()
