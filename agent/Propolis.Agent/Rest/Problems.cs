using Microsoft.AspNetCore.Http.HttpResults;

namespace Propolis.Agent.Rest;

/// <summary>Answers with one sentence on what is wrong (RFC 9457).</summary>
static class Problems
{
    /// <summary>The request is wrong.</summary>
    public static ProblemHttpResult Invalid(string sentence) => Of(StatusCodes.Status400BadRequest, sentence);

    /// <summary>There is no such thing.</summary>
    public static ProblemHttpResult NotFound(string sentence) => Of(StatusCodes.Status404NotFound, sentence);

    /// <summary>An answer with a status and a sentence.</summary>
    public static ProblemHttpResult Of(int status, string sentence) => TypedResults.Problem(detail: sentence, statusCode: status);
}
