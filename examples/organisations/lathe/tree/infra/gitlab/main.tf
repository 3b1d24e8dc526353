# The settings of the project lathe/controller. Applied by the pipeline of the infrastructure project after review.
terraform {
  required_version = "~> 1.9"
  required_providers {
    gitlab = {
      source  = "gitlabhq/gitlab"
      version = "17.6.1"
    }
  }
}

resource "gitlab_project" "controller" {
  name                                             = "controller"
  namespace_id                                     = 42
  default_branch                                   = "main"
  merge_method                                     = "merge"
  squash_option                                    = "never"
  only_allow_merge_if_pipeline_succeeds            = true
  only_allow_merge_if_all_discussions_are_resolved = true
  allow_merge_on_skipped_pipeline                  = false
  remove_source_branch_after_merge                 = true
}

resource "gitlab_branch_protection" "main" {
  project                      = gitlab_project.controller.id
  branch                       = "main"
  push_access_level            = "no one"
  merge_access_level           = "maintainer"
  unprotect_access_level       = "admin"
  allow_force_push             = false
  code_owner_approval_required = true
}

resource "gitlab_branch_protection" "maintenance" {
  project                      = gitlab_project.controller.id
  branch                       = "maintenance/*"
  push_access_level            = "no one"
  merge_access_level           = "maintainer"
  unprotect_access_level       = "admin"
  allow_force_push             = false
  code_owner_approval_required = true
}

resource "gitlab_project_level_mr_approvals" "controller" {
  project                                        = gitlab_project.controller.id
  merge_requests_author_approval                 = false
  merge_requests_disable_committers_approval     = true
  reset_approvals_on_push                        = true
  disable_overriding_approvers_per_merge_request = true
}

resource "gitlab_project_approval_rule" "colleague" {
  project            = gitlab_project.controller.id
  name               = "A colleague"
  rule_type          = "any_approver"
  approvals_required = 1
}

resource "gitlab_tag_protection" "releases" {
  project             = gitlab_project.controller.id
  tag                 = "*.*.*"
  create_access_level = "maintainer"
}

resource "gitlab_project_push_rules" "controller" {
  project              = gitlab_project.controller.id
  prevent_secrets      = true
  deny_delete_tag      = true
  commit_message_regex = "(#[0-9]+|Merge branch|Release [0-9])"
}
