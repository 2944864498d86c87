"""API keys and tokens that their provider's documented format gives away."""

import re
from typing import Final, NamedTuple

from streams.masking.context import at_word_start
from streams.masking.found import Detector, Found, Judge, Verdict

__all__ = ["DETECTORS", "FORMATS"]


class Format(NamedTuple):
    """A provider's key: `anchor` ends within the key (hyperscan, caseless), `pattern` is the whole of it.

    `reach` is how far back from the anchor's end the key may begin, in bytes.
    """

    name: str
    anchor: str
    pattern: str
    reach: int = 24
    source: str = ""


FORMATS: Final[tuple[Format, ...]] = (
    Format("aws_access_key_id", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12}", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}", 16),
    Format("github_token", r"gh[pousr]_[a-z0-9]{16}", r"gh[pousr]_[A-Za-z0-9]{20,255}", 20),
    Format("github_fine_grained", r"github_pat_[a-z0-9]{10}", r"github_pat_[A-Za-z0-9_]{22,255}", 21),
    Format("gitlab_token", r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[a-z0-9_\-]{16}", r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[A-Za-z0-9_\-.]{18,300}", 24),
    Format("slack_token", r"xox[a-z](?:[.\-]|e\.)[a-z0-9.\-]{8}", r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9\-]{8,300}", 18),
    Format("slack_app_token", r"xapp-[0-9]-[a-z0-9]{8}", r"xapp-[0-9]-[A-Za-z0-9\-]{10,300}", 16),
    Format("stripe_key", r"[srp]k_(?:live|test|prod)_[a-z0-9]{8}", r"[srp]k_(?:live|test|prod)_[A-Za-z0-9]{10,255}", 17),
    Format("stripe_webhook", r"whsec_[a-z0-9]{10}", r"whsec_[A-Za-z0-9+/=]{16,128}", 16),
    Format("google_api_key", r"AIza[a-z0-9_\-]{16}", r"AIza[A-Za-z0-9_\-]{35}", 20),
    Format("google_oauth_token", r"ya29\.[a-z0-9_\-]{10}", r"ya29\.[A-Za-z0-9_\-.]{20,2048}", 16),
    Format("google_client_secret", r"GOCSPX-[a-z0-9_\-]{10}", r"GOCSPX-[A-Za-z0-9_\-]{20,40}", 17),
    Format("sendgrid_key", r"SG\.[a-z0-9_\-]{16}", r"SG\.[A-Za-z0-9_\-]{16,32}\.[A-Za-z0-9_\-]{16,64}", 19),
    Format("twilio_key", r"SK[0-9a-f]{32}", r"SK[0-9a-f]{32}", 34),
    Format("mailgun_key", r"key-[0-9a-f]{32}", r"key-[0-9a-f]{32}", 36),
    Format("mailchimp_key", r"[0-9a-f]{32}-us[0-9]{1,2}", r"[0-9a-f]{32}-us[0-9]{1,2}", 38),
    Format("npm_token", r"npm_[a-z0-9]{16}", r"npm_[A-Za-z0-9]{36}", 20),
    Format("pypi_token", r"pypi-AgE[a-z0-9_\-]{10}", r"pypi-AgE[A-Za-z0-9_\-]{40,1000}", 18),
    Format("huggingface_token", r"(?:hf_|api_org_)[a-z]{16}", r"(?:hf_|api_org_)[A-Za-z]{30,40}", 24),
    Format("openai_key", r"sk-(?:proj|svcacct|admin|None)?-?[a-z0-9_\-]{20}", r"sk-(?:proj-|svcacct-|admin-|None-)?[A-Za-z0-9_\-]{20,220}", 31),
    Format("anthropic_key", r"sk-ant-[a-z0-9_\-]{10}", r"sk-ant-[A-Za-z0-9_\-]{20,220}", 17),
    Format("digitalocean_token", r"do[opr]_v1_[0-9a-f]{16}", r"do[opr]_v1_[0-9a-f]{64}", 23),
    Format("shopify_token", r"shp(?:at|ca|pa|ss|ua|tka)_[0-9a-f]{16}", r"shp(?:at|ca|pa|ss|ua|tka)_[0-9a-fA-F]{32}", 23),
    Format("square_token", r"(?:EAAA|sq0[a-z]{3}-)[a-z0-9_\-]{16}", r"(?:EAAA[A-Za-z0-9_\-]{40,90}|sq0[a-z]{3}-[A-Za-z0-9_\-]{22,60})", 24),
    Format("databricks_token", r"dapi[0-9a-f]{32}", r"dapi[0-9a-f]{32}(?:-[0-9])?", 36),
    Format("telegram_bot_token", r"[0-9]{5,16}:AA?[a-z0-9_\-]{16}", r"[0-9]{5,16}:A[A-Za-z0-9_\-]{34}", 36),
    Format("hashicorp_vault_token", r"hv[sbr]\.[a-z0-9_\-]{16}", r"hv[sbr]\.[A-Za-z0-9_\-]{24,300}", 20),
    Format("onepassword_secret_key", r"A3-[A-Z0-9]{6}-[A-Z0-9]{6,11}-", r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}", 24),
    Format("new_relic_key", r"NR(?:AK|II|RA|JS|AA)-[a-z0-9]{16}", r"NR(?:AK|II|RA|JS|AA)-[A-Za-z0-9\-]{19,40}", 21),
    Format("age_secret_key", r"AGE-SECRET-KEY-1[a-z0-9]{16}", r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}", 32),
    Format("cloudflare_origin_ca", r"v1\.0-[0-9a-f]{16}", r"v1\.0-[0-9a-f]{24}-[0-9a-f]{100,160}", 21),
    Format("slack_webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/", r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/_\-]{10,128}", 32),
    Format("teams_webhook", r"\.webhook\.office\.com/webhookb2/", r"[a-z0-9\-]{1,64}\.webhook\.office\.com/webhookb2/[A-Za-z0-9@/\-]{36,300}", 96),
    Format("discord_webhook", r"discord(?:app)?\.com/api/webhooks/[0-9]{4}", r"discord(?:app)?\.com/api/webhooks/[0-9]{10,24}/[A-Za-z0-9_\-]{30,100}", 36),
)  # fmt: skip


def _judge(form: Format) -> Judge:
    pattern = re.compile(form.pattern.encode())
    body = re.compile(rb"[A-Za-z0-9]")

    def judge(data: bytes, end: int) -> Verdict:
        low = max(0, end - form.reach)
        key = pattern.search(data, low, end + 4096)
        if key is None or key.start() >= end:
            return "format"
        if body.match(data, key.start()) and not at_word_start(data, key.start()):
            return "part_of_word"
        return Found(key.start(), key.end(), "secret", form.name, "format", 84)

    return judge


DETECTORS: Final = tuple(Detector(form.name, (form.anchor,), _judge(form), source=form.source) for form in FORMATS)
