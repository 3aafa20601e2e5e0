using System.Reflection;
using System.Security.Cryptography;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Results;

namespace Propolis.Silo.Rest;

/// <summary>Who sent a request, and which operation it is: from <see cref="RestHeaders"/>, checked.</summary>
/// <param name="Actor">Who asks.</param>
/// <param name="OperationId">The operation; a new one when the caller named none.</param>
public sealed record Caller(string Actor, string OperationId)
{
    /// <summary>The longest actor or key.</summary>
    public const int LongestHeader = 64;

    const string Nobody = "api";

    /// <summary>Reads the headers; how minimal APIs make a parameter of this type.</summary>
    /// <param name="context">The request.</param>
    /// <param name="parameter">The parameter.</param>
    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Caller?>(new(Read(context, RestHeaders.Actor) ?? Nobody, Read(context, RestHeaders.IdempotencyKey) ?? NewOperation()));

    static string? Read(HttpContext context, string header)
    {
        if (!context.Request.Headers.TryGetValue(header, out var values))
            return null;
        if (values is [{ Length: > 0 and <= LongestHeader } text] && !text.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return text;
        throw new RefusedException(RefusalCode.Invalid, $"the header {header} must be 1 to {LongestHeader} printable characters without spaces");
    }

    static string NewOperation() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
