"""Rectification: two views are rotated so that a point appears on the same row of both."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..views import Array, View

#: The views are undistorted. OpenCV requires the argument.
_UNDISTORTED = np.zeros((5, 1))

Picture = NDArray[np.uint8]
Map = NDArray[np.float32]


@dataclass(frozen=True)
class Rectified:
    """`second` has the size of `first`. A disparity is the shift to the left in the second view, in pixels."""

    first: View
    second: View
    #: Rotation of each camera (3, 3), and its projection after the rotation (3, 4).
    turn_first: Array
    turn_second: Array
    projection_first: Array
    projection_second: Array

    @property
    def _along(self) -> int:
        """Returns 0 if the cameras are side by side, 1 if one is above the other. Then rows are columns."""
        return 1 if abs(self.projection_second[1, 3]) > abs(self.projection_second[0, 3]) else 0

    @property
    def _shift(self) -> float:
        """Returns minus the focal length times the distance of the cameras. Disparities are proportional to it."""
        return float(self.projection_second[self._along, 3])

    @property
    def _offset(self) -> float:
        """Returns the disparity of points at infinity."""
        return float(self.projection_first[self._along, 2] - self.projection_second[self._along, 2])

    @property
    def _mirrored(self) -> bool:
        """Returns whether the second camera is on the left. Then the pictures are mirrored, so that disparities are positive."""
        return self._shift > 0

    def pictures(self) -> tuple[Picture, Picture]:
        """Returns both rectified pictures in grey, of the same shape."""
        first = self._turned(self.first, self.turn_first, self.projection_first)
        second = self._turned(self.second, self.turn_second, self.projection_second)
        return first, second

    def disparities(self, points: Array) -> Array:
        """Returns the disparities of the points (n, 3) that are in front of both cameras."""
        first = self.first.in_camera(points) @ self.turn_first.T
        second = self.second.in_camera(points) @ self.turn_second.T
        ahead = (first[:, 2] > 0) & (second[:, 2] > 0)
        first, second = first[ahead], second[ahead]
        at = self._along
        focal = self.projection_first[at, at]
        disparities: Array = focal * (first[:, at] / first[:, 2] - second[:, at] / second[:, 2]) + self._offset
        return -disparities if self._mirrored else disparities

    def depth(self, disparities: Map, known: NDArray[np.bool_]) -> Map:
        """Converts disparities into the depths of the first view (height, width), 0 where unknown."""
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
        """Converts depths of the rotated first camera into depths of the first view."""
        view, projection = self.first, self.projection_first
        # The direction of each pixel, scaled to z = 1, in coordinates of the rotated camera.
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
