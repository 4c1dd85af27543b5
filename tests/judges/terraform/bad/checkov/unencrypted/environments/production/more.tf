resource "aws_cloudwatch_log_group" "payments" {
  name              = "/shop/payments"
  retention_in_days = 365
}
