namespace Propolis.Vmm.Net;

/// <summary>What became of a frame given to <see cref="INetBackend.Send"/>.</summary>
public enum NetSendResult
{
    /// <summary>On its way.</summary>
    Sent,

    /// <summary>No room now: try again after <see cref="INetReceiver.Writable"/>.</summary>
    Busy,

    /// <summary>Refused, for instance because its header makes no sense; gone.</summary>
    Dropped,
}
