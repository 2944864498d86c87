"""Keys of models and of what is built around them."""

from typing import Final

from streams.masking.detectors.providers.format import Format

__all__ = ["FORMATS"]

FORMATS: Final[tuple[Format, ...]] = (
    Format("openai_key", r"sk-(?:proj|svcacct|admin|service-account|None)-", r"[\w-]{16}", r"[\w-]{4,240}+", "sk-proj-{s74}T3BlbkFJ{s74}", "OpenAI docs, API keys"),
    Format("openai_legacy_key", r"sk-", r"[^\W_]{20}", r"[^\W_]{0,200}+", "sk-{w20}T3BlbkFJ{w20}", "OpenAI docs, API keys; DeepSeek, Moonshot and Stability docs use the same shape", bits=3.0, behind="sign"),
    Format("openrouter_key", r"sk-or-(?:v1-)?", r"[\da-f]{16}", r"[\da-f]{16,112}+", "sk-or-v1-{x64}", "OpenRouter docs, authentication"),
    Format("anthropic_key", r"sk-ant-", r"[\w-]{10}", r"[\w-]{10,240}+", "sk-ant-api03-{s93}AA", "Anthropic docs, API keys"),
    Format("langfuse_secret_key", r"sk-lf-", r"[\da-f]{8}-[\da-f]{4}-", r"[\da-f]{4}-[\da-f]{4}-[\da-f]{12}", "sk-lf-{uuid}", "Langfuse docs, API keys"),
    Format("langsmith_key", r"lsv2_(?:pt|sk)_", r"[\da-f]{16}", r"[\da-f]{16}(?:_[\da-f]{6,12})?", "lsv2_pt_{x32}_{x10}", "LangSmith docs, API keys"),
    Format("groq_key", r"gsk_", r"[^\W_]{16}", r"[^\W_]{8,200}+", "gsk_{w52}", "Groq docs, API keys"),
    Format("xai_key", r"xai-", r"[^\W_]{20}", r"[^\W_]{20,160}+", "xai-{w80}", "xAI docs, API keys"),
    Format("perplexity_key", r"pplx-", r"[^\W_]{16}", r"[^\W_]{16,80}+", "pplx-{w48}", "Perplexity docs, API keys"),
    Format("replicate_token", r"r8_", r"[^\W_]{16}", r"[^\W_]{16,60}+", "r8_{w37}", "Replicate docs, HTTP API authentication"),
    Format("huggingface_token", r"(?:hf_|api_org_)", r"[^\W_]{16}", r"[^\W_]{14,24}+(?!\w)", "hf_{l34}", "Hugging Face docs, user access tokens"),
    Format("nvidia_api_key", r"nvapi-", r"[\w-]{20}", r"[\w-]{20,100}+", "nvapi-{s64}", "NVIDIA NIM docs, API keys"),
    Format("cerebras_key", r"csk-", r"[^\W_]{20}", r"[^\W_]{12,80}+", "csk-{l48}", "Cerebras docs, quickstart", bits=3.0),
    Format("fireworks_key", r"fw_", r"[^\W_]{20}", r"[^\W_]{0,20}+(?!\w)", "fw_{w24}", "Fireworks AI docs, API keys", bits=3.2, behind="sign"),
    Format("together_key", r"tgp_v1_", r"[\w-]{20}", r"[\w-]{12,60}+", "tgp_v1_{s43}", "Together AI docs, authentication"),
    Format("elevenlabs_key", r"sk_", r"[\da-f]{32}", r"[\da-f]{16}(?!\w)", "sk_{x48}", "ElevenLabs docs, authentication", behind="sign"),
    Format("pinecone_key", r"pcsk_", r"\w{16}", r"\w{16,80}+", "pcsk_{w6}_{w62}", "Pinecone docs, API keys"),
    Format("tavily_key", r"tvly-(?:dev-|prod-)?", r"[^\W_]{16}", r"[\w-]{8,60}+", "tvly-dev-{w32}", "Tavily docs, API keys"),
    Format("firecrawl_key", r"fc-", r"[\da-f]{32}", r"(?!\w)", "fc-{x32}", "Firecrawl docs, authentication", behind="sign"),
    Format("jina_key", r"jina_", r"[\da-f]{32}", r"[\w-]{20,40}+", "jina_{x32}{s28}", "Jina AI docs, API keys"),
    Format("runpod_key", r"rpa_", r"[A-Z\d]{20}", r"[^\W_]{10,60}+", "rpa_{u40}{l6}", "RunPod docs, API keys"),
    Format("wandb_key", r"wandb_v1_", r"\w{20}", r"\w{20,120}+", "wandb_v1_{w77}", "Weights & Biases docs, API keys"),
    Format("deepinfra_or_helicone_key", r"sk-helicone-", r"[\w-]{16}", r"[\w-]{8,80}+", "sk-helicone-{l7}-{l7}-{l7}-{l7}", "Helicone docs, API keys"),
    Format("aws_bedrock_key", r"(?:ABSK|bedrock-api-key-)", r"[A-Za-z\d+/]{40}", r"[A-Za-z\d+/]{40,2000}+={0,2}", "ABSKQmVkcm9ja0FQSUtleS{w112}", "Amazon Bedrock docs, API keys", reach=64),
    Format("e2b_key", r"e2b_", r"[\da-f]{16}", r"[\da-f]{24}(?!\w)", "e2b_{x40}", "E2B docs, API keys"),
    Format("browserbase_key", r"bb_live_", r"[\w-]{16}", r"[\w-]{8,24}+", "bb_live_{s27}", "Browserbase docs, API keys", bits=3.5, behind="sign"),
    Format("coze_token", r"pat_", r"[^\W_]{40}", r"[^\W_]{24}(?!\w)", "pat_{w64}", "Coze docs, personal access tokens", reach=56, bits=4.0, behind="sign"),
    Format("cursor_key", r"(?:key|crsr)_", r"[\da-f]{40}", r"[\da-f]{24}(?!\w)", "key_{x64}", "Cursor docs, API keys", reach=56, behind="sign"),
    Format("context7_key", r"ctx7sk-", r"[\da-f]{8}-[\da-f]{4}-", r"[\da-f]{4}-[\da-f]{4}-[\da-f]{12}", "ctx7sk-{uuid}", "Context7 docs, API keys"),
    Format("apify_token", r"apify_api_", r"[^\W_]{20}", r"[^\W_]{12,40}+(?!\w)", "apify_api_{w36}", "Apify docs, API integration"),
    Format("lambda_cloud_key", r"secret_[^\W_]{3,40}_", r"[\da-f]{32}", r"\.[^\W_]{32}(?!\w)", "secret_labs_{x32}.{w32}", "Lambda docs, cloud API", reach=96),
    Format("friendli_token", r"flp_", r"[^\W_]{20}", r"[^\W_]{26}(?!\w)", "flp_{w46}", "kingfisher rules, Friendli API key"),
    Format("cartesia_key", r"sk_car_(?:admin_)?", r"\w{8}", r"\w{8,40}+", "sk_car_{w20}", "Cartesia docs, API conventions; kingfisher rules", bits=3.0),
    Format("scrapfly_key", r"scp-(?:live|test)-", r"[\da-f]{16}", r"[\da-f]{16}(?!\w)", "scp-live-{x32}", "Scrapfly docs, API key"),
    Format("daytona_key", r"dtn_", r"[\da-f]{32}", r"[\da-f]{32}(?!\w)", "dtn_{x64}", "Daytona source, generateApiKeyValue"),
    Format("anyscale_key", r"esecret_", r"[^\W_]{16}", r"[^\W_]{8,64}+(?!\w)", "esecret_{l26}", "Anyscale docs, query a model"),
    Format("neptune_token", r"eyJhcGlfYWRkcmVzcyI6", r"[A-Za-z\d+/]{20}", r"[A-Za-z\d+/]{40,400}+={0,2}", "eyJhcGlfYWRkcmVzcyI6{w120}==", "Neptune docs, API tokens"),
)  # fmt: skip
