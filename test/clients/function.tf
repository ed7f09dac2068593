# What people have in Terraform for a function. The provider's addresses and credentials come from its environment.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "answer" {
  type = string
}

variable "role" {
  type = string
}

variable "runtime" {
  type = string
}

provider "aws" {
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  s3_use_path_style           = true
}

resource "aws_cloudwatch_log_group" "made" {
  name              = "/aws/lambda/terraform-made"
  retention_in_days = 7
}

resource "aws_lambda_layer_version" "made" {
  layer_name          = "terraform-layer"
  filename            = "layer.zip"
  compatible_runtimes = [var.runtime]
}

resource "aws_lambda_function" "made" {
  function_name                  = "terraform-made"
  role                           = var.role
  runtime                        = var.runtime
  handler                        = "app.handler"
  filename                       = "${var.answer}.zip"
  source_code_hash               = filebase64sha256("${var.answer}.zip")
  publish                        = true
  timeout                        = 5
  layers                         = [aws_lambda_layer_version.made.arn]
  reserved_concurrent_executions = 5
  tags                           = { made = "by terraform" }
  depends_on                     = [aws_cloudwatch_log_group.made]

  environment {
    variables = { ANSWER = var.answer }
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.made.function_name
  function_version = aws_lambda_function.made.version
}

resource "aws_lambda_function_url" "live" {
  function_name      = aws_lambda_function.made.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = "NONE"

  cors {
    allow_origins = ["*"]
    max_age       = 60
  }
}

resource "aws_lambda_permission" "events" {
  statement_id  = "events"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.made.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "events.amazonaws.com"
}

resource "aws_lambda_function_event_invoke_config" "live" {
  function_name          = aws_lambda_function.made.function_name
  qualifier              = aws_lambda_alias.live.name
  maximum_retry_attempts = 1
}

resource "aws_lambda_invocation" "live" {
  function_name = aws_lambda_function.made.function_name
  qualifier     = aws_lambda_alias.live.name
  input         = jsonencode({ by = "terraform", for = var.answer })
}

resource "aws_s3_bucket" "code" {
  bucket        = "terraform-code"
  force_destroy = true
}

resource "aws_s3_object" "code" {
  bucket = aws_s3_bucket.code.id
  key    = "made.zip"
  source = "${var.answer}.zip"
  etag   = filemd5("${var.answer}.zip")
}

resource "aws_lambda_function" "from_bucket" {
  function_name    = "terraform-from-bucket"
  role             = var.role
  runtime          = var.runtime
  handler          = "app.handler"
  s3_bucket        = aws_s3_object.code.bucket
  s3_key           = aws_s3_object.code.key
  source_code_hash = filebase64sha256("${var.answer}.zip")
}

output "result" {
  value = jsondecode(aws_lambda_invocation.live.result)
}

output "url" {
  value = aws_lambda_function_url.live.function_url
}
