"""Digital: color, geometry and coding."""

from io import BytesIO

import numpy as np
import PIL.Image

from nicviz.corruptions.base import Corruption, Image, to_levels, unit


def brightness(image: Image, severity: int, _: np.random.Generator) -> Image:
    """Raise V of HSV by 0.1–0.5 (Hendrycks & Dietterich 2019).

    R, G and B are proportional to V while H and S stay, so no conversion is needed; black, without a hue, turns gray.
    """
    amount = (0.1, 0.2, 0.3, 0.4, 0.5)[severity - 1]
    value = np.arange(256) / 255
    raised = np.minimum(value + amount, 1)
    gain = np.divide(raised, value, out=np.zeros(256), where=value > 0).astype(np.float32)
    offset = np.where(value > 0, 0, raised).astype(np.float32)
    brightest = _brightest(image)
    return to_levels(unit(image) * gain[brightest][..., None] + offset[brightest][..., None])


def contrast(image: Image, severity: int, _: np.random.Generator) -> Image:
    """Draw each channel to its mean, to 0.4–0.05 of its deviation (Hendrycks & Dietterich 2019)."""
    kept = (0.4, 0.3, 0.2, 0.1, 0.05)[severity - 1]
    result = np.empty_like(image)
    for i in range(3):
        mean = image[..., i].mean() / 255
        table = to_levels((np.arange(256) / 255 - mean) * kept + mean)
        result[..., i] = table[image[..., i]]
    return result


def saturate(image: Image, severity: int, _: np.random.Generator) -> Image:
    """Scale S of HSV by 0.3, 0.1, 2, 5 or 20, and raise it by up to 0.2 (Hendrycks & Dietterich 2019, extra).

    V − R, V − G and V − B are proportional to S while H and V stay, so no conversion is needed. Grays, without a hue,
    count as red: where S is raised they turn reddish, as in the reference.
    """
    factor, shift = ((0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2))[severity - 1]
    value = _brightest(image)[..., None].astype(np.float32)
    lack = value - image
    most = lack.max(axis=2, keepdims=True)
    saturation = most / np.maximum(value, 1)
    wanted = np.clip(saturation * factor + shift, 0, 1)
    lack = np.where(most > 0, lack, np.array([0, 1, 1], dtype=np.float32)) / np.maximum(most, 1)
    return to_levels(value * (1 - wanted * lack) / 255)


def _brightest(image: Image) -> Image:
    """Return V of HSV, (H, W), in levels."""
    return np.maximum(np.maximum(image[..., 0], image[..., 1]), image[..., 2])


def elastic_transform(image: Image, severity: int, rng: np.random.Generator) -> Image:
    """Move pixels by a smooth random field (Hendrycks & Dietterich 2019).

    As in imagecorruptions: the field grows with the image's height, without the affine map of the original.
    """
    from scipy.ndimage import gaussian_filter, map_coordinates

    strength = (12.5, 16.25, 21.25, 25.0, 30.0)[severity - 1]
    height, width = image.shape[:2]
    sigma = (0.01 * height, 0.01 * width)
    reach = 0.005 * height * strength
    right, down = (
        gaussian_filter(rng.uniform(-reach, reach, (height, width)), sigma, mode="reflect", truncate=3)
        for _ in range(2)
    )
    rows, columns = np.mgrid[:height, :width]
    where = [rows + down, columns + right]
    moved = [map_coordinates(channel, where, order=1, mode="reflect") for channel in unit(image).transpose(2, 0, 1)]
    return to_levels(np.stack(moved, axis=2))


def pixelate(image: Image, severity: int, _: np.random.Generator) -> Image:
    """Shrink to 0.6–0.25 of the size by averaging, enlarge by repeating (Hendrycks & Dietterich 2019)."""
    scale = (0.6, 0.5, 0.4, 0.3, 0.25)[severity - 1]
    height, width = image.shape[:2]
    small = PIL.Image.fromarray(image).resize((int(width * scale), int(height * scale)), PIL.Image.Resampling.BOX)
    return np.array(small.resize((width, height), PIL.Image.Resampling.NEAREST))


def jpeg_compression(image: Image, severity: int, _: np.random.Generator) -> Image:
    """Compress as JPEG at quality 25–7 and decompress (Hendrycks & Dietterich 2019)."""
    buffer = BytesIO()
    PIL.Image.fromarray(image).save(buffer, "JPEG", quality=(25, 18, 15, 10, 7)[severity - 1])
    with PIL.Image.open(buffer) as picture:
        return np.array(picture)


BRIGHTNESS = Corruption("brightness", "Brightness", "low", False, brightness)
CONTRAST = Corruption("contrast", "Contrast", "low", False, contrast)
ELASTIC_TRANSFORM = Corruption("elastic_transform", "Elastic transform", "medium", True, elastic_transform)
PIXELATE = Corruption("pixelate", "Pixelate", "medium", False, pixelate)
JPEG_COMPRESSION = Corruption("jpeg_compression", "JPEG compression", "medium", False, jpeg_compression)
SATURATE = Corruption("saturate", "Saturate", "extra", False, saturate)
