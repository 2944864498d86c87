"""Keys of repositories, package registries, builds and quality tools."""

from typing import Final

from streams.masking.detectors.providers.checksums import base62_crc32, gitlab_crc32
from streams.masking.detectors.providers.format import Format

__all__ = ["FORMATS"]

FORMATS: Final[tuple[Format, ...]] = (
    Format("github_token", r"gh[pousr]_", r"\w{16}", r"\w{4,255}+(?:\.[\w-]{10,2000}+){0,2}", "ghp_{w36}", "GitHub docs, token formats", checksum=base62_crc32),
    Format("github_fine_grained", r"github_pat_", r"\w{10}", r"\w{12,255}+", "github_pat_{w22}_{w59}", "GitHub docs, token formats"),
    Format("gitlab_token", r"gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|oas|soat|ffct|wt)-", r"[\w-]{16}", r"[\w.-]{2,300}+", "glpat-{s20}", "GitLab docs, token prefixes", checksum=gitlab_crc32),
    Format("gitlab_runner_token", r"GR1348941", r"[\w-]{16}", r"[\w-]{4,40}+", "GR1348941{s20}", "GitLab docs, runner registration tokens"),
    Format("atlassian_token", r"A(?:TATT|TCTT|TSTT|TBB|TFR)", r"[\w=-]{20}", r"[\w=-]{8,300}+", "ATATT3{s185}", "Atlassian docs, API tokens; Bitbucket docs, app passwords", bits=3.0),
    Format("npm_token", r"npm_", r"[^\W_]{16}", r"[^\W_]{20,}+", "npm_{w36}", "npm docs, access tokens", checksum=base62_crc32),
    Format("pypi_token", r"pypi-AgE", r"[\w-]{10}", r"[\w-]{40,1000}+", "pypi-AgEIcHlwaS5vcmc{s150}", "PyPI docs, API tokens"),
    Format("rubygems_key", r"rubygems_", r"[\da-f]{16}", r"[\da-f]{32}", "rubygems_{x48}", "RubyGems guides, API key scopes"),
    Format("clojars_token", r"CLOJARS_", r"[^\W_]{16}", r"[^\W_]{44}", "CLOJARS_{x60}", "Clojars wiki, deploy tokens"),
    Format("crates_token", r"cio", r"[^\W_]{32}", r"(?!\w)", "cio{w32}", "crates.io, API tokens", bits=3.8, behind="sign"),
    Format("nuget_key", r"oy2", r"[a-z\d]{32}", r"[a-z\d]{11}(?!\w)", "oy2{l43}", "NuGet docs, API keys", bits=3.2, behind="sign"),
    Format("packagist_token", r"packagist_[a-z]{3}_", r"[\da-f]{16}", r"[\da-f]{20,80}+", "packagist_uut_{x68}", "Private Packagist docs, API tokens"),
    Format("jsr_token", r"jsr[pdt]_", r"[^\W_]{16}", r"[^\W_]{16,60}+", "jsrp_{w40}", "JSR docs, tokens", bits=3.0),
    Format("artifactory_key", r"(?:AKCp|cmVmd)", r"[^\W_]{20}", r"[^\W_]{37,60}+", "AKCp{w69}", "JFrog docs, API keys and reference tokens", bits=3.5, behind="sign"),
    Format("octopus_key", r"API-", r"[A-Z\d]{20}", r"[A-Z\d]{5,12}+(?!\w)", "API-{u26}", "Octopus Deploy docs, API keys", bits=3.0, behind="sign"),
    Format("circleci_token", r"CCI(?:PAT|PRJ)_", r"[^\W_]{16}", r"\w{20,80}+", "CCIPAT_{w22}_{x40}", "CircleCI changelog, new format for API access tokens"),
    Format("buildkite_token", r"bk(?:ua|at|ct|aj|pt|us|pat|ia)_", r"[\da-zA-Z]{20}", r"\w{12,80}+", "bkua_{x40}", "Buildkite docs, token security", bits=2.8),
    Format("sonar_token", r"sq[pua]_", r"[\da-f]{16}", r"[\da-f]{24}", "sqp_{x40}", "SonarQube docs, tokens"),
    Format("snyk_token", r"snyk_[a-z]{2,4}\.[\da-f]{8}\.", r"[\w-]{16}", r"[\w.-]{10,300}+", "snyk_uat.{x8}.{s80}", "Snyk docs, personal access tokens"),
    Format("sourcegraph_token", r"(?:sgp|sgd|slk|sgs)_(?:(?:[\da-fA-F]{16}|local)_)?", r"[\da-fA-F]{32}", r"[\da-fA-F]{8,32}+", "sgp_{x16}_{x40}", "Sourcegraph docs, access tokens", reach=64),
    Format("launchdarkly_key", r"(?:sdk|api|mob)-", r"[\da-f]{8}-[\da-f]{4}-", r"[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?![\w-])", "sdk-{uuid}", "LaunchDarkly docs, keys and tokens", behind="sign"),
    Format("infracost_key", r"ico-", r"[^\W_]{20}", r"[^\W_]{12}(?!\w)", "ico-{w32}", "Infracost docs, API keys", bits=3.0, behind="sign"),
    Format("prefect_key", r"pn[ub]_", r"[^\W_]{20}", r"[^\W_]{16}(?!\w)", "pnu_{w36}", "Prefect docs, API keys", bits=3.0, behind="sign"),
    Format("harness_token", r"(?:pat|sat)\.[\w-]{22}\.", r"[\da-f]{16}", r"[\da-f]{8}\.[^\W_]{20}", "pat.{s22}.{x24}.{w20}", "Harness docs, API keys", reach=64),
    Format("postman_key", r"PM(?:AK|AT)-", r"[\da-zA-Z]{16}", r"[\da-zA-Z-]{8,60}+", "PMAK-{x24}-{x34}", "Postman docs, API keys"),
    Format("readme_key", r"rdme_", r"[a-z\d]{20}", r"[a-z\d]{40,60}+", "rdme_{l70}", "ReadMe docs, API keys"),
    Format("statsig_or_stytch_secret", r"secret-(?:live|test|key)?-?", r"[^\W_]{20}", r"[\w=-]{12,40}+", "secret-{w43}", "Statsig docs, API keys; Stytch docs, project secrets", bits=3.5, behind="sign"),
    Format("growthbook_secret", r"secret_(?:admin|user|readonly)_", r"[\w+/=-]{16}", r"[\w+/=-]{8,80}+", "secret_readonly_{w44}", "GrowthBook docs, API keys"),
    Format("trigger_dev_key", r"tr_(?:dev|prod|stg|preview|pat)_", r"[^\W_]{16}", r"[^\W_]{4,60}+", "tr_prod_{w24}", "Trigger.dev docs, API keys"),
    Format("inngest_signing_key", r"signkey-(?:prod|test|branch)-", r"[\da-f]{16}", r"[\da-f]{16,64}+", "signkey-prod-{x64}", "Inngest docs, signing keys"),
    Format("retool_or_n8n_key", r"(?:retool_|n8n_api_)", r"\w{20}", r"\w{4,120}+", "retool_{w40}", "Retool docs, API; n8n docs, API authentication", bits=3.2),
    Format("stytch_secret", r"secret-(?:live|test)-", r"[\w-]{16}", r"[\w-]{12,24}=", "secret-live-{s36}=", "Stytch docs, project secrets", bits=3.5, behind="sign"),
    Format("socket_token", r"sktsec_", r"[\w-]{20}", r"[\w-]{12,60}+(?<=_api)", "sktsec_{s43}_api", "Socket docs, API tokens"),
    Format("val_town_token", r"vtwn_", r"[^\W_]{16}", r"[^\W_]{4,40}+", "vtwn_{w28}", "Val Town docs, API tokens"),
    Format("bitbucket_data_center_token", r"BBDC-", r"[A-Za-z\d+/]{20}", r"[A-Za-z\d+/]{16,40}+", "BBDC-{w44}", "Bitbucket Data Center docs, HTTP access tokens", bits=3.0),
    Format("arcjet_key", r"ajkey_", r"[a-z\d]{20}", r"[a-z\d]{6}(?!\w)", "ajkey_{l26}", "kingfisher rules, Arcjet API key"),
    Format("aikido_token", r"AIK_(?:CI|SECRET)_", r"[^\W_]{16}", r"[^\W_]{4,60}+", "AIK_SECRET_{w64}", "kingfisher and betterleaks rules, Aikido CI token and client secret"),
    Format("configcat_key", r"configcat-sdk-1/", r"[\w-]{22}", r"/[\w-]{22}(?![\w-])", "configcat-sdk-1/{w22}/{w22}", "ConfigCat docs, SDK keys"),
    Format("builder_key", r"bpk-", r"[\da-f]{16}", r"[\da-f]{16}(?!\w)", "bpk-{x32}", "kingfisher rules, Builder.io private API key"),
    Format("block_protocol_key", r"b10ck5\.", r"[^\W_]{20}", r"[^\W_]{12}\.[\w-]{30,40}+", "b10ck5.{x32}.{uuid}", "Block Protocol source, template of the CLI's configuration"),
    Format("stackhawk_key", r"hawk\.", r"[\w-]{20}", r"\.[\w-]{20}(?![\w-])", "hawk.{s20}.{s20}", "kingfisher rules, StackHawk API key", bits=3.0),
    Format("veracode_key", r"vera01[a-z]{2}-", r"[\da-f]{16}", r"[\da-f]{16,120}+", "vera01ei-{x64}", "Veracode source, github-actions-integration-helper"),
    Format("dependency_track_key", r"odt_(?:[^\W_]{5,8}_)?", r"[^\W_]{20}", r"[^\W_]{4,235}+(?!\w)", "odt_{w8}_{w32}", "Dependency-Track source, Alpine's ApiKeyDecoder; noseyparker rules"),
    Format("pyx_token", r"(?:sk|tp)-pyx-", r"[^\W_]{20}", r"[^\W_]{20,60}+", "sk-pyx-{w64}", "uv docs, PYX_API_KEY; noseyparker rules, pyx"),
    Format("svix_token", r"testsk_", r"[\w-]{20}", r"[\w-]{4,60}+(?:\.(?:eu|us|in|ca|au)(?!\w))?", "testsk_{s32}.eu", "Svix source, regions of the SDK"),
    Format("gitlab_session", r"_gitlab_session=", r"(?:[a-z\d]{1,12}-){0,2}[a-z\d]{16}", r"[a-z\d]{16}(?!\w)", "_gitlab_session=cell-1-{x32}", "gitleaks rules, gitlab-session-cookie; GitLab source, session_cookie_token_prefix", bare=True, behind="any", reach=64),
)  # fmt: skip
