"""Text as an object's Specific Character Set encodes it (PS3.5 6.1), back and forth."""

from pydicom.charset import convert_encodings, decode_bytes, encode_string, python_encoding

from dicom_node.pseudonymisation.values import padded

_DELIMITERS = {0x0D, 0x0A, 0x09, 0x0C, 0x5C, 0x5E, 0x3D}
_ESCAPE = b"\x1b"
_REPLACEMENT = "\ufffd"
_FAILURES = (UnicodeError, ValueError, LookupError, Warning)
"""What pydicom raises over bytes that are no text; its warnings are errors where somebody has made them so."""


class Charset:
    """One Specific Character Set (0008,0005), given as its bytes; unknown terms are read as the default repertoire."""

    def __init__(self, value: bytes) -> None:
        self.terms = tuple(term.strip() for term in value.decode("ascii", "replace").strip(" \0").split("\\"))
        known = [term if term in python_encoding else "" for term in self.terms]  # an unknown one would be quoted
        try:
            self._encodings = convert_encodings(known)
        except _FAILURES:
            self._encodings = ["ascii"]

    def decode(self, value: bytes) -> str | None:
        """The text of a value; None when the bytes are no text of this character set."""
        text = value.rstrip(b" \0")
        try:
            if _ESCAPE not in text:
                return text.decode(self._encodings[0])
            decoded = decode_bytes(text, self._encodings, _DELIMITERS)
        except _FAILURES:
            return None
        return None if _REPLACEMENT in decoded else decoded

    def read(self, value: bytes) -> str:
        """The text of a value as far as it can be told, for something that is looked for and not kept."""
        return self.decode(value) or value.decode("latin-1").strip(" \0")

    def encode(self, text: str, vr: str) -> bytes | None:
        """The value of a text, padded; None when this character set cannot say it."""
        try:
            if len(self._encodings) == 1:
                return padded(text.encode(self._encodings[0]), vr)
            encoded = encode_string(text, self._encodings)
        except _FAILURES:
            return None
        return padded(encoded, vr) if self.decode(encoded) == text.rstrip(" \0") else None
