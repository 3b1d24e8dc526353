# Einstellungen des Projekts in Azure DevOps. Angewendet von Margaret, Plan im Pull Request.
resource "azuredevops_environment" "produktion" {
  project_id = var.projekt
  name       = "mahlplan-produktion"
}

resource "azuredevops_check_approval" "produktion" {
  project_id                 = var.projekt
  target_resource_id         = azuredevops_environment.produktion.id
  target_resource_type       = "environment"
  requester_can_approve      = false
  minimum_required_approvers = 1
  approvers                  = [azuredevops_group.freigebende.origin_id]
  instructions               = "Nur mit unterschriebenem Freigabeprotokoll in docs/freigaben."
  timeout                    = 1440
}

resource "azuredevops_branch_policy_auto_reviewers" "pipeline" {
  project_id = var.projekt
  enabled    = true
  blocking   = true
  settings {
    auto_reviewer_ids  = [azuredevops_group.betrieb.origin_id]
    submitter_can_vote = false
    message            = "Pipeline, Infrastruktur und Betrieb: Margaret oder Edsger"
    path_filters       = ["/azure-pipelines*.yml", "/infra/*", "/betrieb/*", "/Dockerfile", "/compose.yml", "/Directory.*"]
    scope {
      repository_id  = var.repository
      repository_ref = "refs/heads/main"
      match_type     = "Exact"
    }
  }
}

resource "azuredevops_branch_policy_auto_reviewers" "quelltext" {
  project_id = var.projekt
  enabled    = true
  blocking   = true
  settings {
    auto_reviewer_ids  = [azuredevops_group.entwicklung.origin_id]
    submitter_can_vote = false
    message            = "Quelltext, Tests und Migrationen: Linus oder Edsger"
    path_filters       = ["/src/*", "/tests/*", "/docs/entscheidungen/*"]
    scope {
      repository_id  = var.repository
      repository_ref = "refs/heads/main"
      match_type     = "Exact"
    }
  }
}

resource "azuredevops_branch_policy_auto_reviewers" "qm" {
  project_id = var.projekt
  enabled    = true
  blocking   = true
  settings {
    auto_reviewer_ids  = [azuredevops_group.qm.origin_id]
    submitter_can_vote = false
    message            = "Dokumente des QM-Systems und Freigaben: Grace oder Ada"
    path_filters       = ["/qm/*", "/docs/*", "/.qms/*", "/.azuredevops/*", "/*.md"]
    scope {
      repository_id  = var.repository
      repository_ref = "refs/heads/main"
      match_type     = "Exact"
    }
  }
}

resource "azuredevops_git_permissions" "main" {
  project_id    = var.projekt
  repository_id = var.repository
  branch_name   = "main"
  principal     = azuredevops_group.alle.id
  permissions = {
    ForcePush               = "Deny"
    PolicyExempt            = "Deny"
    PullRequestBypassPolicy = "Deny"
    RemoveOthersLocks       = "Deny"
  }
}

resource "azuredevops_git_permissions" "marken" {
  project_id    = var.projekt
  repository_id = var.repository
  principal     = azuredevops_group.alle.id
  permissions = {
    CreateTag = "Deny"
    ForcePush = "Deny"
  }
}
