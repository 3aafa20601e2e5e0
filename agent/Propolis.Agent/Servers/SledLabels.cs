using Propolis.Contracts.Ids;

namespace Propolis.Agent.Servers;

/// <summary>What a sled is called, for labels of metrics and SMBIOS.</summary>
/// <param name="Sled">Its id.</param>
/// <param name="Serial">Its serial number.</param>
/// <param name="Model">Its model.</param>
sealed record SledLabels(SledId Sled, string Serial, string Model);
