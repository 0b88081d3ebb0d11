"""Two views, turned so that whatever is seen on a row of one is on the same row of the other."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..views import Array, View

#: The views have no distortion left. OpenCV wants it said.
_UNDISTORTED = np.zeros((5, 1))

Picture = NDArray[np.uint8]
Map = NDArray[np.float32]


@dataclass(frozen=True)
class Rectified:
    """`second` has the size of `first`. A disparity is how much further left something is in the second view, in pixels."""

    first: View
    second: View
    #: How each camera is turned (3, 3), and what it then projects with (3, 4).
    turn_first: Array
    turn_second: Array
    projection_first: Array
    projection_second: Array

    @property
    def _along(self) -> int:
        """0: the cameras stand side by side. 1: one above the other, and rows are columns."""
        return 1 if abs(self.projection_second[1, 3]) > abs(self.projection_second[0, 3]) else 0

    @property
    def _shift(self) -> float:
        """What disparities are proportional to: - focal length × distance of the cameras."""
        return float(self.projection_second[self._along, 3])

    @property
    def _offset(self) -> float:
        """The disparity of what is infinitely far away."""
        return float(self.projection_first[self._along, 2] - self.projection_second[self._along, 2])

    @property
    def _mirrored(self) -> bool:
        """Whether the second camera is on the left: its pictures are mirrored then, so that disparities are positive."""
        return self._shift > 0

    def pictures(self) -> tuple[Picture, Picture]:
        """Both in grey, of the same shape, as a stereo matcher wants them."""
        first = self._turned(self.first, self.turn_first, self.projection_first)
        second = self._turned(self.second, self.turn_second, self.projection_second)
        return first, second

    def disparities(self, points: Array) -> Array:
        """Those of points of the world (n, 3) that are ahead of both: (up to n)."""
        first = self.first.in_camera(points) @ self.turn_first.T
        second = self.second.in_camera(points) @ self.turn_second.T
        ahead = (first[:, 2] > 0) & (second[:, 2] > 0)
        first, second = first[ahead], second[ahead]
        at = self._along
        focal = self.projection_first[at, at]
        disparities: Array = focal * (first[:, at] / first[:, 2] - second[:, at] / second[:, 2]) + self._offset
        return -disparities if self._mirrored else disparities

    def depth(self, disparities: Map, known: NDArray[np.bool_]) -> Map:
        """How far each pixel of the first view is (height, width), 0 where that is not known. Takes what a matcher found."""
        if self._mirrored:
            disparities, known = -disparities[:, ::-1], known[:, ::-1]
        if self._along == 1:
            disparities, known = disparities.T, known.T
        with np.errstate(divide="ignore", invalid="ignore"):
            turned = -self._shift / (disparities - self._offset)
        turned = np.where(known & (turned > 0) & np.isfinite(turned), turned, 0).astype(np.float32)
        return self._back(turned)

    def _turned(self, view: View, turn: Array, projection: Array) -> Picture:
        size = (view.width, view.height)
        maps = cv2.initUndistortRectifyMap(view.matrix, _UNDISTORTED, turn, projection, size, cv2.CV_32FC1)
        grey = cv2.remap(cv2.cvtColor(view.picture(), cv2.COLOR_BGR2GRAY), *maps, cv2.INTER_LINEAR)
        if self._along == 1:
            grey = cv2.transpose(grey)
        return cv2.flip(grey, 1) if self._mirrored else grey

    def _back(self, turned: Map) -> Map:
        """Depths of the turned first camera as depths of the first view itself."""
        view, projection = self.first, self.projection_first
        # The direction in which each pixel looks, its z being 1: as the turned camera sees it.
        x = (np.arange(view.width) - view.axis[0]) / view.focal[0]
        y = ((np.arange(view.height) - view.axis[1]) / view.focal[1])[:, None]
        right, down, ahead = (row[0] * x + row[1] * y + row[2] for row in self.turn_first)
        ahead = np.maximum(ahead, 1e-6)
        across = (projection[0, 0] * right / ahead + projection[0, 2]).astype(np.float32)
        below = (projection[1, 1] * down / ahead + projection[1, 2]).astype(np.float32)
        depth: Map = cv2.remap(turned, across, below, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
        return (depth / ahead).astype(np.float32)


def rectify(first: View, second: View) -> Rectified:
    size = (first.width, first.height)
    second = second.resized(*size)
    rotation = second.rotation @ first.rotation.T
    translation = second.translation - rotation @ first.translation
    turns_and_projections = cv2.stereoRectify(
        first.matrix, _UNDISTORTED, second.matrix, _UNDISTORTED, size, rotation, translation.reshape(3, 1), flags=0, alpha=-1
    )[:4]
    return Rectified(first, second, *turns_and_projections)
