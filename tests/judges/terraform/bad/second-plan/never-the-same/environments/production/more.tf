resource "aws_ssm_parameter" "deployed" {
  name   = "/shop/deployed"
  type   = "SecureString"
  value  = timestamp()
  key_id = "alias/aws/ssm"
}
