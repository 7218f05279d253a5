"""The errors that nicviz raises on purpose; every message names the value and what would be accepted."""


class NicvizError(ValueError):
    """Bad input of any kind; the base of all errors that the interface turns into a message."""


class UnknownName(NicvizError):
    """A name that no registry entry carries."""


class ImageError(NicvizError):
    """An image that cannot be read, or is larger than the limits allow."""


class CodecError(NicvizError):
    """A codec that cannot encode this image, or bytes that are not its bitstream."""


class WeightsError(NicvizError):
    """Weights of a neural codec that are missing, damaged or of an unknown architecture."""


class TrainingError(NicvizError):
    """A training that cannot start from what it was given, or that cannot go on."""


class Canceled(Exception):
    """Work that nobody wants any more was stopped; not bad input, so not a `NicvizError`."""
