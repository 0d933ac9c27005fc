"""The headers that keep a browser from being turned against its user."""

from collections.abc import Mapping
from typing import Final

__all__ = ["content_security_policy", "sandboxed_policy", "security_headers"]

_OWN: Final = {
    "default-src": "'self'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
_SANDBOXED: Final = {
    "sandbox": "allow-scripts allow-downloads allow-popups",
    "default-src": "'none'",
    "script-src": "'unsafe-inline'",
    "style-src": "'unsafe-inline'",
    "img-src": "data: blob:",
    "media-src": "data: blob:",
    "font-src": "data:",
    "base-uri": "'none'",
    "frame-ancestors": "'self'",
    "form-action": "'none'",
}


def content_security_policy(*, inline_styles: bool = False) -> str:
    """The policy of our own pages: their scripts, workers and connections come from us only.

    Args:
        inline_styles: Allow styles inside the page, which plotly's charts need.
    """
    return _policy(_OWN | {"style-src": "'self' 'unsafe-inline'"} if inline_styles else _OWN)


def sandboxed_policy() -> str:
    """The policy of a page that is one file with everything inside, such as a report.

    Its scripts run, but in an origin of their own: they reach neither the server nor the cookie,
    and load nothing from anywhere.
    """
    return _policy(_SANDBOXED)


def _policy(directives: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def security_headers(*, inline_styles: bool) -> dict[str, str]:
    """What every answer carries unless it says otherwise itself."""
    return {
        "content-security-policy": content_security_policy(inline_styles=inline_styles),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
    }
