"""Reading a PDF back: its words, and what a screen reader needs of it."""

import io

from pypdf import PdfReader


def read(content):
    return PdfReader(io.BytesIO(content))


def squeezed(text):
    """Without blanks: where a line ends on paper is no business of a test."""
    return "".join(text.split())


def words(content):
    """All the text of the paper, squeezed."""
    return squeezed("".join(page.extract_text() for page in read(content).pages))


def accessibility(content):
    """Title, language, whether it is tagged, and whether the title is shown instead of the file name."""
    reader = read(content)
    root = reader.trailer["/Root"]
    return (
        reader.metadata.title,
        root["/Lang"],
        bool(root["/MarkInfo"]["/Marked"]) and "/StructTreeRoot" in root,
        bool(root["/ViewerPreferences"]["/DisplayDocTitle"]),
    )
