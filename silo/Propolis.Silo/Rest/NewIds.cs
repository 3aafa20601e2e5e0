using Propolis.Contracts.Ids;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Rest;

/// <summary>
/// Ids of things that requests make. They follow from the operation id alone, so that a repeated request finds what the first one made, at any silo
/// and without a table of requests.
/// </summary>
public static class NewIds
{
    /// <summary>The id of what an operation makes.</summary>
    /// <typeparam name="T">The kind of id.</typeparam>
    /// <param name="operationId">The operation.</param>
    public static T For<T>(string operationId)
        where T : struct, IEntityId<T> => EntityId.From<T>(NamedGuid.Of($"{T.Prefix}:{operationId}"));
}
