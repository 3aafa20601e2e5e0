using Propolis.Contracts.Ids;
using Propolis.Contracts.Results;

namespace Propolis.Silo.Rest;

/// <summary>Ends a request whose words are wrong before any grain is asked; <see cref="ProblemHandler"/> answers it.</summary>
/// <param name="code">Why.</param>
/// <param name="detail">One sentence.</param>
public sealed class RefusedException(RefusalCode code, string detail) : Exception(detail)
{
    /// <summary>Why.</summary>
    public Refusal Refusal { get; } = new() { Code = code, Detail = detail };

    /// <summary>The id in a path.</summary>
    /// <typeparam name="T">The kind of id.</typeparam>
    /// <param name="text">The text.</param>
    public static T ReadId<T>(string text)
        where T : struct, IEntityId<T> => EntityId.TryParse<T>(text, out var id)
        ? id
        : throw new RefusedException(RefusalCode.Invalid, $"\"{text}\" is not an id; it must be \"{T.Prefix}\" and then up to 64 of a-z, 0-9, '-', '_' and '.'");
}
