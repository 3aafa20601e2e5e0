using Microsoft.AspNetCore.Http.HttpResults;

namespace Propolis.Server.Rest;

/// <summary>Answers that several operations give.</summary>
static class Answers
{
    /// <summary>What the original answers when there is nothing to say: 200 and <c>null</c>.</summary>
    public static ContentHttpResult Null => TypedResults.Text("null", "application/json");
}
