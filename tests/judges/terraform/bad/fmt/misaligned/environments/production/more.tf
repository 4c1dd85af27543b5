resource "aws_ssm_parameter" "host" {
  name = "/shop/host"
  type        = "SecureString"
  value = "orders"
  key_id = "alias/aws/ssm"
}
