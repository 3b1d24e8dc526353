provider "registry.terraform.io/gitlabhq/gitlab" {
  version     = "17.6.1"
  constraints = "17.6.1"
  hashes = [
    "h1:3Kx9d1m4sC0c4xq8ZgF7o5mWl2bq0Wc1x4v7h2T8Q9E=",
  ]
}
