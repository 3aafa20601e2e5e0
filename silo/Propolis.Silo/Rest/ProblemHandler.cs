using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Results;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Rest;

/// <summary>The one place where exceptions become problem documents. What is nobody's mistake is 503 with <c>Retry-After</c>: repeat it with the same key.</summary>
/// <param name="log">For operators.</param>
public sealed partial class ProblemHandler(ILogger<ProblemHandler> log) : IExceptionHandler
{
    const string RetryAfterSeconds = "1";

    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
            return true;
        var problem = ProblemOf(exception);
        if (problem.Status >= StatusCodes.Status500InternalServerError)
            Failed(httpContext.Request.Method, httpContext.Request.Path, exception);
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
        httpContext.Response.StatusCode = problem.Status!.Value;
        await httpContext.Response.WriteAsJsonAsync(problem, options: null, "application/problem+json", cancellationToken);
        return true;
    }

    static ProblemDetails ProblemOf(Exception exception) => exception switch
    {
        RefusedException refused => Problems.Of(refused.Refusal),
        BadHttpRequestException bad => Problems.Make(bad.StatusCode, CodeOf(bad.StatusCode), Sentence(bad)),
        GrainCallException or StoreException => Problems.Make(
            StatusCodes.Status503ServiceUnavailable, Problems.Unavailable, $"the silo could not finish the request, and whether it was carried out is unknown: {exception.Message}"),
        _ => Problems.Make(StatusCodes.Status500InternalServerError, "internal", "the silo met an error of its own; its log says which"),
    };

    static string CodeOf(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => "too_large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported_media_type",
        _ => JsonNamingPolicy.SnakeCaseLower.ConvertName(nameof(RefusalCode.Invalid)),
    };

    static string Sentence(BadHttpRequestException bad) => bad switch
    {
        { InnerException: JsonException json } => $"the body is not what is needed here: {json.Message}",
        { StatusCode: StatusCodes.Status413PayloadTooLarge } => $"the body is larger than {RestApi.LargestBody} bytes",
        _ => bad.Message,
    };

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} could not be answered")]
    partial void Failed(string method, string path, Exception cause);
}
