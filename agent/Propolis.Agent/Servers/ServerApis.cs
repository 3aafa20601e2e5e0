namespace Propolis.Agent.Servers;

/// <summary>Speaks to the propolis-server on a port.</summary>
/// <param name="At">Makes what speaks.</param>
sealed record ServerApis(Func<int, IServerApi> At);
