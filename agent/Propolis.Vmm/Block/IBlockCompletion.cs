namespace Propolis.Vmm.Block;

/// <summary>The device front end that owns a request. Called from a backend's thread, once per submission, with no backend lock held.</summary>
public interface IBlockCompletion
{
    /// <summary>The request has ended and belongs to the front end again.</summary>
    void Completed(BlockRequest request, BlockStatus status);
}
