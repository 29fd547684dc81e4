"""One labelled field of a form, with its hint and what is wrong with it."""

from crystalcall.payments.standin.markup import NOTHING, Html, html


def form_field(
    name: str, label: str, errors: dict[str, str], *, value: str = "", hint: str = "", extra: str = ""
) -> Html:
    """A field; ``extra`` are further attributes of the input, HTML of ours."""
    error = errors.get(name, "")
    described = " ".join(f"{name}-{part}" for part, text in (("hint", hint), ("error", error)) if text)
    return html(
        """<div class="field{wrong}"><label for="{name}">{label}</label>{hint}{error}
<input id="{name}" name="{name}" value="{value}" autocomplete="off" autocapitalize="off" spellcheck="false"{attributes}>
</div>""",
        name=name,
        label=label,
        value=value,
        wrong=" wrong" if error else "",
        hint=html('<span class="hint" id="{name}-hint">{hint}</span>', name=name, hint=hint) if hint else NOTHING,
        error=html('<span class="error" id="{name}-error">{text}</span>', name=name, text=error) if error else NOTHING,
        attributes=Html(
            (f' aria-describedby="{described}"' if described else "")
            + (' aria-invalid="true"' if error else "")
            + extra
        ),
    )
