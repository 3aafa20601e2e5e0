namespace Propolis.Vmm.Net;

/// <summary>A network interface that cannot be used as configured: one sentence or two that name it and the remedy.</summary>
public sealed class NetBackendException(string message) : Exception(message);
