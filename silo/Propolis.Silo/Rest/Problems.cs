using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Propolis.Contracts.Results;

namespace Propolis.Silo.Rest;

/// <summary>Refusals as problem documents (RFC 9457): <c>type</c>, <c>title</c>, <c>status</c>, <c>detail</c> (one sentence), and <c>code</c> for programs.</summary>
public static class Problems
{
    /// <summary>The code of an answer that says nothing about the request: whether it was carried out is unknown.</summary>
    public const string Unavailable = "unavailable";

    const string TypePrefix = "urn:propolis:problem:";

    /// <summary>The status of each refusal.</summary>
    /// <param name="code">The refusal.</param>
    public static int StatusOf(RefusalCode code) => code switch
    {
        RefusalCode.NotFound => StatusCodes.Status404NotFound,
        RefusalCode.Invalid => StatusCodes.Status400BadRequest,
        RefusalCode.Conflict => StatusCodes.Status409Conflict,
        RefusalCode.QuotaExceeded => StatusCodes.Status403Forbidden,
        RefusalCode.NoPlace => StatusCodes.Status507InsufficientStorage,
        RefusalCode.OperationReused => StatusCodes.Status422UnprocessableEntity,
        RefusalCode.Gone => StatusCodes.Status410Gone,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>The document of a refusal.</summary>
    /// <param name="refusal">The refusal.</param>
    public static ProblemDetails Of(Refusal refusal) => Make(StatusOf(refusal.Code), Snake(refusal.Code), refusal.Detail);

    /// <summary>A document with a code of its own.</summary>
    /// <param name="status">The status.</param>
    /// <param name="code">For programs.</param>
    /// <param name="detail">For people.</param>
    public static ProblemDetails Make(int status, string code, string detail) => new()
    {
        Type = TypePrefix + code,
        Title = Title(code),
        Status = status,
        Detail = detail,
        Extensions = { ["code"] = code },
    };

    /// <summary>Completes the document of an answer that no endpoint made: a path that is not there, a body that the server did not take.</summary>
    /// <param name="problem">What the server made.</param>
    public static void Complete(ProblemDetails problem)
    {
        if (problem.Extensions.ContainsKey("code"))
            return;
        var (code, detail) = problem.Status switch
        {
            StatusCodes.Status404NotFound => ("not_found", "there is no such path"),
            StatusCodes.Status405MethodNotAllowed => ("method_not_allowed", "the path does not take this method"),
            StatusCodes.Status413PayloadTooLarge => ("too_large", $"the body is larger than {RestApi.LargestBody} bytes"),
            StatusCodes.Status415UnsupportedMediaType => ("unsupported_media_type", "the body must be JSON (application/json)"),
            >= StatusCodes.Status500InternalServerError => ("internal", "the silo met an error of its own; its log says which"),
            _ => ("invalid", problem.Detail ?? problem.Title ?? "the request is not understood"),
        };
        (problem.Type, problem.Title, problem.Detail) = (TypePrefix + code, Title(code), detail);
        problem.Extensions["code"] = code;
    }

    /// <summary>A refusal as an answer.</summary>
    /// <param name="refusal">The refusal.</param>
    public static ProblemHttpResult Answer(Refusal refusal) => TypedResults.Problem(Of(refusal));

    static string Snake(RefusalCode code) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString());

    static string Title(string code) => string.Concat(char.ToUpperInvariant(code[0]).ToString(), code.AsSpan(1)).Replace('_', ' ');
}
