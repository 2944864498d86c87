"""Policy files: YAML in, a policy out, with line numbers; their tests, differences and reference."""
