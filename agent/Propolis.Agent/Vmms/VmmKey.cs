using Propolis.Contracts.Ids;

namespace Propolis.Agent.Vmms;

/// <summary>Names one VMM: an instance and the number of its start.</summary>
/// <param name="Instance">Whose.</param>
/// <param name="Incarnation">Which.</param>
readonly record struct VmmKey(InstanceId Instance, long Incarnation)
{
    /// <summary>For messages.</summary>
    public override string ToString() => $"{Instance}/{Incarnation}";
}
