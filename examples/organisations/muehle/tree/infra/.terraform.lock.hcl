provider "registry.terraform.io/hashicorp/azurerm" {
  version     = "4.35.0"
  constraints = "4.35.0"
  hashes      = ["h1:Yb0c4tJ3m1WmCw2rJpQ0y6oW8k0n5T2vQb1z7uX9e4A="]
}

provider "registry.terraform.io/microsoft/azuredevops" {
  version     = "1.10.0"
  constraints = "1.10.0"
  hashes      = ["h1:b2E7p9kq0S3t5V8x1Z4c6N9m2L5j8H1f4D7s0A3w6Q8="]
}
