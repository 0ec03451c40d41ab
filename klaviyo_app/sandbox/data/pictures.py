"""Small drawings of products and landscapes as inline SVG, for mails that fetch nothing from anywhere."""

from __future__ import annotations

from collections.abc import Mapping

# Each is drawn on 120 by 90 in three colours: {ink}, {accent}, {wash}.
PICTURES: Mapping[str, str] = {
    "tent": '<path d="M60 16 106 76H14Z" fill="{accent}"/><path d="M60 16 78 76H42Z" fill="{ink}"/>'
    '<path d="M8 76h104" stroke="{ink}" stroke-width="3"/>',
    "bag": '<rect x="40" y="12" width="40" height="68" rx="18" fill="{accent}"/>'
    '<path d="M46 34h28M46 46h28M46 58h28" stroke="{ink}" stroke-width="3"/>',
    "blanket": '<rect x="22" y="24" width="76" height="44" rx="4" fill="{accent}"/>'
    '<path d="M22 36h76M22 52h76" stroke="{ink}" stroke-width="4"/><path d="M26 68v8m10-8v8m10-8v8m10-8v8m10-8v8m10-8'
    'v8" stroke="{accent}" stroke-width="3"/>',
    "mug": '<path d="M36 26h40v38a10 10 0 0 1-10 10H46a10 10 0 0 1-10-10Z" fill="{accent}"/>'
    '<path d="M76 36h8a9 9 0 0 1 0 20h-8" fill="none" stroke="{ink}" stroke-width="5"/><path d="M36 26h40" '
    'stroke="{ink}" stroke-width="5"/>',
    "lantern": '<rect x="44" y="28" width="32" height="42" rx="6" fill="{accent}"/><circle cx="60" cy="50" r="9" '
    'fill="#ffe9a8"/><path d="M48 28a12 12 0 0 1 24 0" fill="none" stroke="{ink}" stroke-width="4"/>'
    '<path d="M40 72h40" stroke="{ink}" stroke-width="5"/>',
    "pack": '<rect x="36" y="22" width="48" height="56" rx="14" fill="{accent}"/><rect x="44" y="46" width="32" '
    'height="24" rx="5" fill="{ink}"/><path d="M50 22a10 10 0 0 1 20 0" fill="none" stroke="{ink}" stroke-width="4"/>',
    "kettle": '<path d="M34 72a26 30 0 0 1 52 0Z" fill="{accent}"/><path d="M42 44a20 20 0 0 1 36 0" fill="none" '
    'stroke="{ink}" stroke-width="5"/><path d="M84 60l18-14" stroke="{ink}" stroke-width="6"/>',
    "candle": '<rect x="46" y="40" width="28" height="38" rx="3" fill="{accent}"/><path d="M60 14c8 10 8 18 0 22'
    '-8-4-8-12 0-22Z" fill="#f4b860"/><path d="M60 34v8" stroke="{ink}" stroke-width="3"/>',
    "jacket": '<path d="M44 18h32l22 20-12 12-8-6v34H42V44l-8 6-12-12Z" fill="{accent}"/><path d="M60 20v58" '
    'stroke="{ink}" stroke-width="3"/>',
    "boot": '<path d="M42 14h26v34l28 12v16H42Z" fill="{accent}"/><path d="M40 76h58" stroke="{ink}" stroke-width="6"/>'
    '<path d="M56 24h12M56 34h12M58 44h12" stroke="{ink}" stroke-width="3"/>',
    "cloth": '<path d="M16 30h88l8 40H8Z" fill="{accent}"/><path d="M30 30l-6 40M60 30v40M90 30l6 40M12 50h96" '
    'stroke="{ink}" stroke-width="2"/>',
    "pan": '<circle cx="48" cy="46" r="30" fill="{ink}"/><circle cx="48" cy="46" r="22" fill="{accent}"/>'
    '<path d="M76 52l36 14" stroke="{ink}" stroke-width="9" stroke-linecap="round"/>',
    "chair": '<path d="M34 16h14v36h38v14H34Z" fill="{accent}"/><path d="M38 66v14m44-14v14M86 34v18" stroke="{ink}" '
    'stroke-width="5"/>',
}

# Landscapes on 600 by 220.
SCENES: Mapping[str, str] = {
    "mountains": '<path d="M0 220V150l120-90 90 70 110-110 130 120 70-50 80 60v70Z" fill="{accent}"/>'
    '<path d="M0 220v-40l150-40 140 40 160-50 150 50v40Z" fill="{ink}"/><circle cx="470" cy="60" r="30" '
    'fill="#fff4d6"/>',
    "sea": '<circle cx="130" cy="80" r="38" fill="#fff4d6"/><path d="M0 130q75-24 150 0t150 0 150 0 150 0v90H0Z" '
    'fill="{accent}"/><path d="M0 170q75-20 150 0t150 0 150 0 150 0v50H0Z" fill="{ink}"/>',
    "forest": '<path d="M0 220V170h600v50Z" fill="{ink}"/><path d="M60 180 95 70l35 110Zm110 0 45-140 45 140Zm130 0 '
    '32-100 32 100Zm105 0 50-150 50 150Z" fill="{accent}"/><circle cx="520" cy="50" r="22" fill="#fff4d6"/>',
    "snow": '<path d="M0 220V140l160-80 150 70 140-90 150 100v80Z" fill="#ffffff"/><path d="M0 220v-30l200-30 180 30 '
    '220-40v70Z" fill="{accent}"/><g fill="#ffffff"><circle cx="60" cy="40" r="5"/><circle cx="210" cy="70" r="4"/>'
    '<circle cx="330" cy="36" r="6"/><circle cx="520" cy="60" r="5"/></g>',
    "table": '<path d="M0 150h600v70H0Z" fill="{ink}"/><circle cx="150" cy="130" r="46" fill="{accent}"/><circle '
    'cx="150" cy="130" r="30" fill="#ffffff"/><path d="M290 150V80h70v70Zm130 0V60h26v90Zm60 0q-4-60 40-60t40 60Z" '
    'fill="{accent}"/>',
    "stripes": '<g fill="{accent}"><path d="M0 0h60v220H0ZM120 0h60v220h-60ZM240 0h60v220h-60ZM360 0h60v220h-60ZM480 '
    '0h60v220h-60Z"/></g><circle cx="300" cy="110" r="74" fill="{ink}"/>',
}


def picture(name: str, palette: tuple[str, str, str, str], alt: str) -> str:
    """A product's drawing, as wide as its cell."""
    ink, accent, wash, _ = palette
    inner = PICTURES[name].format(ink=ink, accent=accent, wash=wash)
    return (
        f'<svg role="img" aria-label="{alt}" viewBox="0 0 120 90" width="100%" xmlns="http://www.w3.org/2000/svg" '
        f'style="display:block;background:{wash};border-radius:8px">{inner}</svg>'
    )


def scene(name: str, palette: tuple[str, str, str, str]) -> str:
    """A wide landscape; it says nothing that the words beside it do not."""
    ink, accent, wash, _ = palette
    inner = SCENES[name].format(ink=ink, accent=accent, wash=wash)
    return (
        '<svg role="presentation" aria-hidden="true" viewBox="0 0 600 220" width="100%" '
        f'xmlns="http://www.w3.org/2000/svg" style="display:block;background:{wash}">{inner}</svg>'
    )
