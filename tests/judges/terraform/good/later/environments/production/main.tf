terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }

  backend "s3" {
    bucket       = "shop-state"
    key          = "environments/production/terraform.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = "eu-west-1"
}

module "system" {
  source = "../../modules/system"

  name = "shop"
}

output "log_group" {
  description = "The log group of the component purchases."
  value       = module.system.log_group
}
