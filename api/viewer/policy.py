"""What the viewer may load and do. It is as strict as OHIF bears; docs/viewer.md says why each concession is made."""

from types import MappingProxyType


def _policy(**sources: str) -> str:
    return "; ".join(f"{name.replace('_', '-')} {value}" for name, value in sources.items())


PAGE = _policy(
    default_src="'none'",
    script_src="'self' 'wasm-unsafe-eval'",
    worker_src="'self'",
    style_src="'self' 'unsafe-inline'",
    img_src="'self' data: blob:",
    font_src="'self'",
    connect_src="'self'",
    form_action="'none'",
    base_uri="'none'",
    frame_ancestors="'none'",
)

SCRIPT = _policy(default_src="'none'", script_src="'self' 'wasm-unsafe-eval'", connect_src="'self'")
"""Of a script, which counts when it runs as a worker: workers do not inherit the policy of the page."""

DECODER = _policy(default_src="'none'", script_src="'self' 'unsafe-eval'", connect_src="'self'")
"""Of the worker that decodes compressed images: its codecs (Emscripten's embind) make functions of text as they start.
It runs beside the page without its documents or cookies, and the page itself may not do that."""

ISOLATED = MappingProxyType(
    {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
)
