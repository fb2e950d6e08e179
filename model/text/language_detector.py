"""py3langid's language detector with its two large tables left on disk.

Loaded its own way the detector takes 75 MiB of each process, and 105 while it loads. A text looks at a few hundred
rows of the tables, so they are mapped from a temporary file, which the system reads and forgets as it needs to.
"""

import lzma
import mmap
import shutil
import struct
import tempfile
import zipfile
from functools import lru_cache
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

_AT_ONCE = 64 * 1024
_NAME_LENGTHS_AT = 26
_LOCAL_HEADER = 30


@lru_cache(maxsize=1)
def detector() -> Any:
    """A `py3langid.langid.LanguageIdentifier` with normalised probabilities; made once, in half a second.

    The format is that of py3langid 0.4: uncompressed arrays (`numpy.savez`) inside LZMA, `py3langid.modelio`.
    """
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    with tempfile.TemporaryFile(suffix=".npz") as plain:
        with lzma.open(MODEL_DIR / MODEL_FILE) as packed:
            shutil.copyfileobj(packed, plain, _AT_ONCE)
        plain.flush()
        mapped = mmap.mmap(plain.fileno(), 0, access=mmap.ACCESS_READ)
        with zipfile.ZipFile(plain) as archive:
            part = {info.filename: _mapped(mapped, plain, archive, info) for info in archive.infolist()}
    moves: Any = part["nextmove.npy"]
    return LanguageIdentifier(
        part["ptc.npy"],
        np.array(part["pc.npy"]),
        part["classes.npy"].tolist(),
        memoryview(moves).cast("B").cast(moves.dtype.char),  # its items are plain ints, and quick
        part["out_feat.npy"].tolist(),
        norm_probs=True,
        tk_row=part["nextmove_row.npy"].tolist(),
    )


def _mapped(mapped: mmap.mmap, plain: IO[bytes], archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> NDArray[Any]:
    """An array of the archive where it lies, without reading it."""
    with archive.open(info) as member:
        version = np.lib.format.read_magic(member)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(member)
        header = member.tell()
    plain.seek(info.header_offset + _NAME_LENGTHS_AT)
    begin = info.header_offset + _LOCAL_HEADER + sum(struct.unpack("<HH", plain.read(4))) + header
    return np.frombuffer(mapped, dtype, count=int(np.prod(shape)), offset=begin).reshape(shape)
