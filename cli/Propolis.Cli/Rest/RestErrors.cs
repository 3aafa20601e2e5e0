using System.Net;
using System.Text.Json;

namespace Propolis.Cli.Rest;

/// <summary>Makes one sentence of an error answer: of propolis-server's (<c>message</c>) or of a silo's problem document (<c>title</c>, <c>detail</c>).</summary>
static class RestErrors
{
    const int LongestText = 500;

    /// <summary>The sentence.</summary>
    public static string Sentence(HttpStatusCode status, string body)
    {
        var code = $"{(int)status} {status}";
        return Reason(body) is { Length: > 0 } reason ? $"{reason} ({code})" : $"The server answered {code}.";
    }

    static string? Reason(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return Cut(body);
            return Text(document, "message") ?? Joined(Text(document, "title"), Text(document, "detail"));
        }
        catch (JsonException)
        {
            return Cut(body);
        }
    }

    static string? Joined(string? title, string? detail) => detail is null || detail == title ? title : title is null ? detail : $"{title}: {detail}";

    static string? Text(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static string Cut(string body) => body.Length <= LongestText ? body.Trim() : body[..LongestText];
}
