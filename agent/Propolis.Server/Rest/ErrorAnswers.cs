using System.Net;
using System.Text.Json;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;

namespace Propolis.Server.Rest;

/// <summary>Gives every refusal the original's body: message, request id, and for programs a word. A request's id is in the header <c>x-request-id</c> of every answer.</summary>
sealed partial class ErrorAnswers(RequestDelegate next, ILogger<ErrorAnswers> logger)
{
    const string RequestIdHeader = "x-request-id";

    /// <summary>Runs the request and answers what it throws.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers[RequestIdHeader] = context.TraceIdentifier;
        try
        {
            await next(context);
        }
        catch (ServerException refused)
        {
            await WriteAsync(context, refused.Status, refused.Message);
            return;
        }
        catch (BadHttpRequestException wrong)
        {
            await WriteAsync(context, (HttpStatusCode)wrong.StatusCode, Sentence(wrong));
            return;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException && !context.Response.HasStarted)
        {
            LogFailure(failure, context.Request.Method, context.Request.Path);
            await WriteAsync(context, HttpStatusCode.InternalServerError, failure.Message);
            return;
        }
        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
            await WriteAsync(context, (HttpStatusCode)context.Response.StatusCode, $"{context.Request.Method} {context.Request.Path} is not an operation of this server.");
    }

    static string Sentence(BadHttpRequestException wrong) =>
        wrong.InnerException is JsonException json ? $"The body is wrong: {json.Message}" : wrong.Message;

    static Task WriteAsync(HttpContext context, HttpStatusCode status, string message)
    {
        if (context.Response.HasStarted) return Task.CompletedTask;
        var error = new ServerError { Message = message, RequestId = context.TraceIdentifier, ErrorCode = ErrorCode(status) };
        context.Response.StatusCode = (int)status;
        return context.Response.WriteAsJsonAsync(error, PropolisJson.Options, context.RequestAborted);
    }

    static string? ErrorCode(HttpStatusCode status) => status switch
    {
        HttpStatusCode.InternalServerError => "Internal",
        HttpStatusCode.ServiceUnavailable => "ServiceNotAvailable",
        _ => null,
    };

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    partial void LogFailure(Exception failure, string method, string path);
}
