using Microsoft.AspNetCore.Http.HttpResults;
using Propolis.Contracts.Results;

namespace Propolis.Silo.Rest;

/// <summary>Grains' answers as HTTP answers.</summary>
public static class Answers
{
    /// <summary>200 with the value, or the refusal.</summary>
    /// <typeparam name="T">The value.</typeparam>
    /// <param name="reply">The grain's answer.</param>
    public static Results<Ok<T>, ProblemHttpResult> AsOk<T>(this Reply<T> reply)
        where T : class => reply.Refusal is { } refusal ? Problems.Answer(refusal) : TypedResults.Ok(reply.Value!);

    /// <summary>202 with the value as it is now, for what is done by and by; or the refusal.</summary>
    /// <typeparam name="T">The value.</typeparam>
    /// <param name="reply">The grain's answer.</param>
    /// <param name="location">Where to look at it.</param>
    public static Results<Accepted<T>, ProblemHttpResult> AsAccepted<T>(this Reply<T> reply, Func<T, string> location)
        where T : class => reply.Refusal is { } refusal ? Problems.Answer(refusal) : TypedResults.Accepted(location(reply.Value!), reply.Value!);

    /// <summary>201 with the value, or the refusal.</summary>
    /// <typeparam name="T">The value.</typeparam>
    /// <param name="reply">The grain's answer.</param>
    /// <param name="location">Where it is.</param>
    public static Results<Created<T>, ProblemHttpResult> AsCreated<T>(this Reply<T> reply, Func<T, string> location)
        where T : class => reply.Refusal is { } refusal ? Problems.Answer(refusal) : TypedResults.Created(location(reply.Value!), reply.Value!);
}
