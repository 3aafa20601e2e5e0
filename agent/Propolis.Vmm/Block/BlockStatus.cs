namespace Propolis.Vmm.Block;

/// <summary>How a request ended.</summary>
public enum BlockStatus
{
    /// <summary>Done.</summary>
    Success,

    /// <summary>The backend failed, or guest memory named by the request does not exist.</summary>
    Failed,

    /// <summary>A write to a read-only disk.</summary>
    ReadOnly,

    /// <summary>The backend does not know the operation.</summary>
    Unsupported,
}
