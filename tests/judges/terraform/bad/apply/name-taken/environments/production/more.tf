data "aws_kms_alias" "logs" {
  name = "alias/aws/s3"
}

resource "aws_cloudwatch_log_group" "orders" {
  name              = "/shop/payments"
  retention_in_days = 365
  kms_key_id        = data.aws_kms_alias.logs.target_key_arn
}

resource "aws_cloudwatch_log_group" "payments" {
  name              = "/shop/payments"
  retention_in_days = 365
  kms_key_id        = data.aws_kms_alias.logs.target_key_arn

  depends_on = [aws_cloudwatch_log_group.orders]
}
