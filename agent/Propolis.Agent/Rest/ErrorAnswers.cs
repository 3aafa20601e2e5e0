namespace Propolis.Agent.Rest;

/// <summary>Turns exceptions of requests into problems with one sentence. What is not foreseen is a 500 and in the log.</summary>
static class ErrorAnswers
{
    /// <summary>Goes before all routes.</summary>
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception failure) when (!context.Response.HasStarted && Answer(failure) is { } answer)
        {
            await Problems.Of(answer.Status, answer.Sentence).ExecuteAsync(context);
        }
    }

    static (int Status, string Sentence)? Answer(Exception failure) => failure switch
    {
        BadRequestException wrong => (StatusCodes.Status400BadRequest, wrong.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => (StatusCodes.Status413PayloadTooLarge, $"the body is larger than {AgentHost.LargestBody} bytes"),
        BadHttpRequestException wrong => (wrong.StatusCode, wrong.Message),
        AgentException cannot => (StatusCodes.Status503ServiceUnavailable, cannot.Message),
        HttpRequestException or TimeoutException => (StatusCodes.Status503ServiceUnavailable, $"the VMM's server did not answer: {failure.Message}"),
        IOException full => (StatusCodes.Status503ServiceUnavailable, $"the agent's disk does not take it: {full.Message}"),
        _ => null,
    };
}
