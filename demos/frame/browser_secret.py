"""The key by which browsers encrypt what they keep for this server: made once, and kept.

With another key at every start, nothing that a browser kept could be read after a restart.
"""

from __future__ import annotations

import logging
import os
import secrets

from models.cache_folder import cache_folder

_FILE = "browser-secret"
_BYTES = 24

_log = logging.getLogger(__name__)


def browser_secret() -> str:
    """The key of this host; where none can be kept, one that lasts until the server ends."""
    path = cache_folder() / _FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(_BYTES))
        except FileExistsError:
            pass
        kept = path.read_text(encoding="ascii").strip()
        if len(kept) >= _BYTES:
            return kept
        _log.warning("%s holds no key: visitors are not known again after a restart", path)
    except (OSError, UnicodeDecodeError) as error:
        _log.warning("no key can be kept (%s): visitors are not known again after a restart", error)
    return secrets.token_urlsafe(_BYTES)
