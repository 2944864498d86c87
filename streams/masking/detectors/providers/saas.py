"""Keys of monitoring, documents, tickets, design and whatever else teams rent."""

from typing import Final

from streams.masking.detectors.providers.checksums import grafana_crc32
from streams.masking.detectors.providers.format import Format

__all__ = ["FORMATS"]

FORMATS: Final[tuple[Format, ...]] = (
    Format("sentry_org_token", r"sntrys_eyJ", r"[\w+/-]{16}", r"[\w+/=-]{40,800}+", "sntrys_eyJ{w150}=_{w43}", "Sentry docs, organization tokens"),
    Format("sentry_token", r"sntry[uaip]_", r"[\da-f]{16}", r"[\da-f]{48}", "sntryu_{x64}", "Sentry docs, user auth tokens"),
    Format("grafana_service_token", r"glsa_", r"[^\W_]{16}", r"\w{10,60}+", "glsa_{w32}_{x8}", "Grafana docs, service accounts", checksum=grafana_crc32),
    Format("grafana_cloud_token", r"glc_", r"[A-Za-z\d+/]{20}", r"[A-Za-z\d+/]{12,400}+={0,3}", "glc_eyJ{w100}", "Grafana Cloud docs, access policies"),
    Format("grafana_api_key", r"eyJrIjoi", r"[A-Za-z\d+/]{20}", r"[A-Za-z\d+/]{30,400}+={0,3}", "eyJrIjoi{w80}", "Grafana docs, API keys"),
    Format("new_relic_key", r"NR(?:AK|AL|II|IQ|RA|JS|AA|SP|BR)-", r"[A-Za-z\d-]{16}", r"[A-Za-z\d-]{3,40}+", "NRAK-{u27}", "New Relic docs, API keys"),
    Format("new_relic_license", r"", r"[\da-f]{32}", r"[\da-fF]{4}NRAL", "{x36}NRAL", "New Relic docs, license keys", anchor=r"(?-i:[\da-fF]{8}NRAL)", reach=64),
    Format("dynatrace_token", r"dt0[a-z]\d{2}\.", r"[A-Z\d]{16}", r"[A-Z\d]{8}\.[A-Z\d]{64}", "dt0c01.{u24}.{u64}", "Dynatrace docs, token format"),
    Format("dynatrace_platform_token", r"dt0s\d{2}\.", r"[A-Z\d]{8}", r"[A-Z\d]{0,16}\.[A-Z\d]{64}", "dt0s16.{u8}.{u64}", "Dynatrace docs, platform tokens"),
    Format("honeycomb_key", r"hc[a-z]{2}k_", r"[a-z\d]{20}", r"[a-z\d]{12,60}+", "hcaik_{l58}", "Honeycomb docs, API keys"),
    Format("honeybadger_token", r"hb[pd]_", r"[^\W_]{20}", r"[^\W_]{8,40}+", "hbp_{w36}", "Honeybadger docs, API keys", bits=3.0),
    Format("posthog_key", r"ph[xsr]_", r"[^\W_]{20}", r"[^\W_]{12,60}+", "phx_{w43}", "PostHog docs, personal API keys", bits=3.0),
    Format("uptimerobot_key", r"u[rm]?\d{5,9}-", r"[\da-f]{16}", r"[\da-f]{8}(?!\w)", "ur1234567-{x24}", "UptimeRobot docs, API keys", behind="sign"),
    Format("checkly_key", r"cu_", r"[\da-f]{32}", r"(?!\w)", "cu_{x32}", "Checkly docs, API keys", behind="sign"),
    Format("notion_token", r"ntn_", r"[^\W_]{20}", r"[^\W_]{20,40}+", "ntn_{d11}{w35}", "Notion docs, authorization"),
    Format("notion_legacy_token", r"secret_", r"[^\W_]{24}", r"[^\W_]{19}(?!\w)", "secret_{w43}", "Notion docs, authorization", bits=3.5, behind="sign"),
    Format("airtable_token", r"pat[^\W_]{14}\.", r"[\da-f]{16}", r"[\da-f]{48}", "pat{w14}.{x64}", "Airtable docs, personal access tokens"),
    Format("asana_token", r"[0-9]/\d{12,20}(?:/\d{12,20})?:", r"[\da-f]{16}", r"[\da-f]{16}", "1/{d16}:{x32}", "Asana docs, personal access tokens", reach=72, behind="sign"),
    Format("linear_key", r"lin_(?:api|oauth|wh)_", r"[^\W_]{16}", r"[^\W_]{16,80}+", "lin_api_{w40}", "Linear docs, API keys"),
    Format("clickup_token", r"pk_\d{5,12}_", r"[A-Z\d]{16}", r"[A-Z\d]{16}", "pk_{d8}_{u32}", "ClickUp docs, authentication"),
    Format("trello_token", r"ATTA", r"[\da-f]{16}", r"[\da-fA-F]{40,72}+", "ATTA{x64}{h8}", "Trello docs, API tokens"),
    Format("figma_token", r"fig[a-z]{1,2}_", r"[\w-]{20}", r"[\w-]{12,60}+(?![\w-])", "figd_{s40}", "Figma docs, access tokens", bits=3.5, behind="sign"),
    Format("dropbox_token", r"sl\.(?:u\.)?", r"[\w-]{40}", r"[\w=-]{60,2000}+", "sl.{s135}", "Dropbox docs, OAuth", reach=64, bits=3.5),
    Format("typeform_token", r"tfp_", r"[\w.=-]{20}", r"[\w.=-]{20,60}+", "tfp_{s59}", "Typeform docs, personal access tokens"),
    Format("frameio_token", r"fio-u-", r"[\w=-]{20}", r"[\w=-]{44}", "fio-u-{s64}", "Frame.io docs, developer tokens"),
    Format("contentful_token", r"CFPAT-", r"[\w-]{20}", r"[\w-]{12,60}+", "CFPAT-{s43}", "Contentful docs, personal access tokens"),
    Format("salesforce_token", r"00D[^\W_]{12,15}!", r"[\w.]{20}", r"[\w.]{60,200}+", "00D{w15}!{w96}", "Salesforce docs, session IDs", reach=64),
    Format("adobe_client_secret", r"p8e-", r"[\w-]{20}", r"[\w-]{12}(?!\w)", "p8e-{w32}", "Adobe docs, credentials", bits=3.0, behind="sign"),
    Format("adafruit_key", r"aio_", r"[^\W_]{20}", r"[^\W_]{8,12}+", "aio_{w28}", "Adafruit IO docs, API keys", bits=3.0),
    Format("settlemint_token", r"sm_(?:aat|pat|sat)_", r"[^\W_]{12}", r"[^\W_]{4,60}+", "sm_pat_{w16}", "SettleMint docs, access tokens"),
    Format("intra42_secret", r"s-s4t2(?:ud|af)-", r"[\da-f]{16}", r"[\da-f]{48}", "s-s4t2ud-{x64}", "42 API docs, applications"),
    Format("rapidapi_key", r"[\da-f]{10}msh", r"[\da-f]{15}", r"p1[\da-f]{6}jsn[\da-f]{12}", "{x10}msh{x15}p1{x6}jsn{x12}", "RapidAPI docs, keys", behind="sign"),
    Format("maxmind_key", r"[^\W_]{6}_[^\W_]{29}", r"_mmk", r"(?!\w)", "{w6}_{w29}_mmk", "MaxMind docs, license keys", bits=3.5),
    Format("authress_key", r"(?:sc|ext|scauth|authress)_[a-z\d]{5,30}\.[a-z\d]{4,6}\.acc[_-]", r"[a-z\d-]{10}", r"[a-z\d-]{0,22}\.[\w+/=-]{30,120}+", "sc_{l10}.{l4}.acc_{l16}.{w60}", "Authress docs, service clients", reach=80),
    Format("wakatime_key", r"waka_", r"[\da-f]{8}-[\da-f]{4}-", r"[\da-f]{4}-[\da-f]{4}-[\da-f]{12}", "waka_{uuid}", "WakaTime docs, API keys"),
    Format("calcom_key", r"cal_(?:live_)?", r"[\da-f]{32}", r"(?!\w)", "cal_live_{x32}", "Cal.com docs, API keys", behind="sign"),
    Format("lichess_token", r"li[po]_", r"[^\W_]{16}", r"[^\W_]{4,20}+(?!\w)", "lip_{w20}", "Lichess docs, API tokens", bits=3.3, behind="sign"),
    Format("endor_token", r"endr\+", r"[\w-]{16}", r"[\w-]{0,10}+", "endr+{w16}", "Endor Labs docs, API keys"),
    Format("metabase_key", r"mb_", r"[A-Za-z\d+/]{40}", r"[A-Za-z\d+/]{0,8}={0,2}(?!\w)", "mb_{w44}", "Metabase docs, API keys", reach=56, bits=4.0, behind="sign"),
    Format("unkey_root_key", r"unkey_", r"[^\W_]{16}", r"[^\W_]{4,40}+", "unkey_{w24}", "Unkey docs, root keys", bits=3.2),
    Format("logfire_token", r"pylf_v\d_[a-z]{2,10}_", r"[^\W_]{16}", r"[^\W_]{16,60}+", "pylf_v1_us_{w44}", "Pydantic Logfire docs, tokens"),
    Format("rootly_key", r"rootly_", r"[\da-f]{16}", r"[\da-f]{48}", "rootly_{x64}", "Rootly docs, API keys"),
    Format("segment_token", r"sgp_", r"[^\W_]{40}", r"[^\W_]{24}(?!\w)", "sgp_{w64}", "Segment docs, Public API tokens", reach=56, bits=3.5),
    Format("hex_token", r"hxt[pw]_", r"[\da-f]{32}", r"[\da-f]{32,128}+", "hxtp_{x96}", "Hex docs, API tokens"),
    Format("axiom_token", r"xa[ap]t-", r"[\da-f]{8}-[\da-f]{4}-", r"[\da-f]{4}-[\da-f]{4}-[\da-f]{12}", "xaat-{uuid}", "Axiom docs, API tokens"),
    Format("canva_client_secret", r"cnvca", r"[\w-]{20}", r"[\w-]{16,60}+", "cnvca{s50}", "Canva Connect docs, client secrets", bits=3.5, behind="sign"),
    Format("weblate_token", r"wl[up]_", r"[^\W_]{20}", r"[^\W_]{12,40}+(?!\w)", "wlu_{w36}", "Weblate docs, authentication", bits=3.5, behind="sign"),
)  # fmt: skip
