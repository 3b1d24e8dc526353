"""Rule packs, rules and catalogues: YAML in, checked data out."""
