"""Where a text leads to, for those who look after what newcomers write."""

import re

from app.wiki.markup import MARKDOWN

BARE = re.compile(r"(?:https?://|mailto:|www\.)[^\s<>()\"'\]]+", re.IGNORECASE)


def links(markdown: str) -> set[str]:
    """Addresses outside of this site: of links, and such as stand there as plain text."""
    found = set(BARE.findall(markdown))
    for token in MARKDOWN.parse(markdown):
        for child in token.children or ():
            address = str(child.attrs.get("href", "")) if child.type == "link_open" else ""
            if address and not address.startswith(("/", "#")) or address.startswith("//"):
                found.add(address)
    return found
