"""Why a site could not be built."""

from __future__ import annotations


class SiteError(Exception):
    """Something that the site needs is missing or wrong: what, and how to mend it."""
