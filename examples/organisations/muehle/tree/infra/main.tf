terraform {
  required_version = "1.12.2"
  required_providers {
    azurerm     = { source = "hashicorp/azurerm", version = "4.35.0" }
    azuredevops = { source = "microsoft/azuredevops", version = "1.10.0" }
  }
}

resource "azurerm_postgresql_flexible_server" "mahlplan" {
  name                         = "mahlplan"
  resource_group_name          = "mahlplan"
  location                     = "germanywestcentral"
  version                      = "16"
  backup_retention_days        = 35
  geo_redundant_backup_enabled = true
}

resource "azurerm_storage_management_policy" "sicherungen" {
  storage_account_id = var.speicher
  rule {
    name    = "aufbewahrung"
    enabled = true
    filters { blob_types = ["blockBlob"] }
    actions {
      base_blob { delete_after_days_since_modification_greater_than = 400 }
    }
  }
}
