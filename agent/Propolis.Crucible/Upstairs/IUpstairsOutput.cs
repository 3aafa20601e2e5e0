using System.Net;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <summary>What an <see cref="UpstairsCore"/> wants done outside. Called from within its methods; must not call back.</summary>
public interface IUpstairsOutput
{
    /// <summary>Connect to a replica and report with the same attempt number.</summary>
    void Connect(int replica, long attempt, IPEndPoint target);

    /// <summary>Close a replica's connection or give up the attempt; nothing of it is listened to any more.</summary>
    void Disconnect(int replica);

    /// <summary>Where to encode frames for a connected replica.</summary>
    FrameBuffer To(int replica);

    /// <summary>A guest's request is finished.</summary>
    void Complete(GuestRequest request, CrucibleError? error);

    /// <summary>An activation or deactivation is finished; error null means it succeeded.</summary>
    void Finished(UpstairsState wanted, CrucibleError? error);

    /// <summary>Ask whoever hands out generations whether this one is still the newest, and call <see cref="UpstairsCore.LeaseAnswered"/>.</summary>
    void AskLease(int replica, ulong generation);

    /// <summary>Another session has taken over: the guest must not run on. Called once.</summary>
    void Fenced(ulong newGeneration);

    /// <summary>Something an operator should read.</summary>
    void Log(string message);
}
