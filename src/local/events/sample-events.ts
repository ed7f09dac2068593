import alb from "./samples/alb.json" with { type: "json" };
import alexaIntent from "./samples/alexa-intent.json" with { type: "json" };
import apigatewayAuthorizerToken from "./samples/apigateway-authorizer-token.json" with { type: "json" };
import apigatewayAuthorizerV2 from "./samples/apigateway-authorizer-v2.json" with { type: "json" };
import apigatewayV1 from "./samples/apigateway-v1.json" with { type: "json" };
import apigatewayV2 from "./samples/apigateway-v2.json" with { type: "json" };
import apigatewayWebsocket from "./samples/apigateway-websocket.json" with { type: "json" };
import appsyncResolver from "./samples/appsync-resolver.json" with { type: "json" };
import cloudformationCustomResource from "./samples/cloudformation-custom-resource.json" with { type: "json" };
import cloudfrontViewerRequest from "./samples/cloudfront-viewer-request.json" with { type: "json" };
import cloudwatchAlarm from "./samples/cloudwatch-alarm.json" with { type: "json" };
import cloudwatchLogs from "./samples/cloudwatch-logs.json" with { type: "json" };
import codecommit from "./samples/codecommit.json" with { type: "json" };
import codepipeline from "./samples/codepipeline.json" with { type: "json" };
import cognitoCustomMessage from "./samples/cognito-custom-message.json" with { type: "json" };
import cognitoPostConfirmation from "./samples/cognito-post-confirmation.json" with { type: "json" };
import cognitoPreSignUp from "./samples/cognito-pre-sign-up.json" with { type: "json" };
import cognitoPreToken from "./samples/cognito-pre-token.json" with { type: "json" };
import configRule from "./samples/config-rule.json" with { type: "json" };
import dynamodbStream from "./samples/dynamodb-stream.json" with { type: "json" };
import ec2StateChange from "./samples/ec2-state-change.json" with { type: "json" };
import eventbridge from "./samples/eventbridge.json" with { type: "json" };
import firehose from "./samples/firehose.json" with { type: "json" };
import functionUrl from "./samples/function-url.json" with { type: "json" };
import iotButton from "./samples/iot-button.json" with { type: "json" };
import iotRule from "./samples/iot-rule.json" with { type: "json" };
import kafka from "./samples/kafka.json" with { type: "json" };
import kafkaMsk from "./samples/kafka-msk.json" with { type: "json" };
import kinesis from "./samples/kinesis.json" with { type: "json" };
import lambdaDestination from "./samples/lambda-destination.json" with { type: "json" };
import lexV2 from "./samples/lex-v2.json" with { type: "json" };
import mqActivemq from "./samples/mq-activemq.json" with { type: "json" };
import mqRabbitmq from "./samples/mq-rabbitmq.json" with { type: "json" };
import s3Batch from "./samples/s3-batch.json" with { type: "json" };
import s3Delete from "./samples/s3-delete.json" with { type: "json" };
import s3Eventbridge from "./samples/s3-eventbridge.json" with { type: "json" };
import s3ObjectLambda from "./samples/s3-object-lambda.json" with { type: "json" };
import s3Put from "./samples/s3-put.json" with { type: "json" };
import schedule from "./samples/schedule.json" with { type: "json" };
import scheduler from "./samples/scheduler.json" with { type: "json" };
import secretsmanagerRotation from "./samples/secretsmanager-rotation.json" with { type: "json" };
import sesReceive from "./samples/ses-receive.json" with { type: "json" };
import sns from "./samples/sns.json" with { type: "json" };
import sqs from "./samples/sqs.json" with { type: "json" };
import sqsFifo from "./samples/sqs-fifo.json" with { type: "json" };
import stepFunctionsTask from "./samples/step-functions-task.json" with { type: "json" };

/** An event as a service of AWS sends it to a function. */
export interface SampleEvent {
  readonly name: string;
  /** The service that sends it. */
  readonly service: string;
  readonly description: string;
  readonly event: unknown;
}

/** In the shapes that AWS documents, with values of nobody. */
export const sampleEvents: readonly SampleEvent[] = [
  {
    name: "alb",
    service: "Elastic Load Balancing",
    description: "A request through an Application Load Balancer",
    event: alb,
  },
  { name: "alexa-intent", service: "Alexa", description: "An intent of a skill", event: alexaIntent },
  {
    name: "apigateway-authorizer-token",
    service: "API Gateway",
    description: "A token for the authorizer of a REST API",
    event: apigatewayAuthorizerToken,
  },
  {
    name: "apigateway-authorizer-v2",
    service: "API Gateway",
    description: "A request for the authorizer of an HTTP API",
    event: apigatewayAuthorizerV2,
  },
  {
    name: "apigateway-v1",
    service: "API Gateway",
    description: "A request to a REST API (payload format 1.0)",
    event: apigatewayV1,
  },
  {
    name: "apigateway-v2",
    service: "API Gateway",
    description: "A request to an HTTP API (payload format 2.0)",
    event: apigatewayV2,
  },
  {
    name: "apigateway-websocket",
    service: "API Gateway",
    description: "A message of a WebSocket API",
    event: apigatewayWebsocket,
  },
  {
    name: "appsync-resolver",
    service: "AppSync",
    description: "A GraphQL field for a direct Lambda resolver",
    event: appsyncResolver,
  },
  {
    name: "cloudformation-custom-resource",
    service: "CloudFormation",
    description: "A custom resource is created",
    event: cloudformationCustomResource,
  },
  {
    name: "cloudfront-viewer-request",
    service: "CloudFront",
    description: "A viewer's request (Lambda@Edge)",
    event: cloudfrontViewerRequest,
  },
  {
    name: "cloudwatch-alarm",
    service: "CloudWatch",
    description: "An alarm changed its state and invokes the function",
    event: cloudwatchAlarm,
  },
  {
    name: "cloudwatch-logs",
    service: "CloudWatch Logs",
    description: "Log events of a subscription filter (gzip in base64)",
    event: cloudwatchLogs,
  },
  {
    name: "codecommit",
    service: "CodeCommit",
    description: "A branch of a repository was pushed",
    event: codecommit,
  },
  {
    name: "codepipeline",
    service: "CodePipeline",
    description: "A job of a pipeline's Lambda action",
    event: codepipeline,
  },
  {
    name: "cognito-custom-message",
    service: "Cognito",
    description: "A message to a user is about to be sent",
    event: cognitoCustomMessage,
  },
  {
    name: "cognito-post-confirmation",
    service: "Cognito",
    description: "A user has confirmed the sign-up",
    event: cognitoPostConfirmation,
  },
  {
    name: "cognito-pre-sign-up",
    service: "Cognito",
    description: "A user signs up",
    event: cognitoPreSignUp,
  },
  {
    name: "cognito-pre-token",
    service: "Cognito",
    description: "A token is about to be made",
    event: cognitoPreToken,
  },
  {
    name: "config-rule",
    service: "Config",
    description: "A resource for a custom rule to judge",
    event: configRule,
  },
  {
    name: "dynamodb-stream",
    service: "DynamoDB",
    description: "Changes of a table: insert, modify, remove",
    event: dynamodbStream,
  },
  {
    name: "ec2-state-change",
    service: "EventBridge",
    description: "An EC2 instance changed its state",
    event: ec2StateChange,
  },
  {
    name: "eventbridge",
    service: "EventBridge",
    description: "An event of your own on a bus",
    event: eventbridge,
  },
  { name: "firehose", service: "Data Firehose", description: "Records to transform", event: firehose },
  { name: "function-url", service: "Lambda", description: "A request to a function URL", event: functionUrl },
  { name: "iot-button", service: "IoT", description: "A click of a 1-Click button", event: iotButton },
  {
    name: "iot-rule",
    service: "IoT",
    description: "What a rule selects from a message of a device",
    event: iotRule,
  },
  { name: "kafka", service: "Kafka", description: "Records of a topic of your own Kafka", event: kafka },
  { name: "kafka-msk", service: "MSK", description: "Records of a topic of Amazon MSK", event: kafkaMsk },
  { name: "kinesis", service: "Kinesis", description: "Records of a data stream", event: kinesis },
  {
    name: "lambda-destination",
    service: "Lambda",
    description: "The record of an asynchronous invocation that failed",
    event: lambdaDestination,
  },
  { name: "lex-v2", service: "Lex", description: "An intent is to be fulfilled (Lex V2)", event: lexV2 },
  {
    name: "mq-activemq",
    service: "Amazon MQ",
    description: "Messages of an ActiveMQ queue",
    event: mqActivemq,
  },
  {
    name: "mq-rabbitmq",
    service: "Amazon MQ",
    description: "Messages of a RabbitMQ queue",
    event: mqRabbitmq,
  },
  {
    name: "s3-batch",
    service: "S3 Batch Operations",
    description: "One task of a batch job",
    event: s3Batch,
  },
  { name: "s3-delete", service: "S3", description: "An object was deleted from a bucket", event: s3Delete },
  {
    name: "s3-eventbridge",
    service: "S3",
    description: "An object was created, reported through EventBridge",
    event: s3Eventbridge,
  },
  {
    name: "s3-object-lambda",
    service: "S3 Object Lambda",
    description: "A GetObject through an Object Lambda access point",
    event: s3ObjectLambda,
  },
  { name: "s3-put", service: "S3", description: "An object was put into a bucket", event: s3Put },
  { name: "schedule", service: "EventBridge", description: "A scheduled rule", event: schedule },
  {
    name: "scheduler",
    service: "EventBridge Scheduler",
    description: "A schedule without an input of its own",
    event: scheduler,
  },
  {
    name: "secretsmanager-rotation",
    service: "Secrets Manager",
    description: "One step of a rotation",
    event: secretsmanagerRotation,
  },
  { name: "ses-receive", service: "SES", description: "A mail was received", event: sesReceive },
  { name: "sns", service: "SNS", description: "A message of a topic", event: sns },
  { name: "sqs", service: "SQS", description: "A batch of messages of a queue", event: sqs },
  { name: "sqs-fifo", service: "SQS", description: "A batch of messages of a FIFO queue", event: sqsFifo },
  {
    name: "step-functions-task",
    service: "Step Functions",
    description: "The input of a task that waits for a token",
    event: stepFunctionsTask,
  },
];
