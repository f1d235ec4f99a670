"""An exchange-event booking platform for partner cities; one folder for each noun of the business."""
